//! One page and a cursor that goes down it. Lengths are millimetres from the upper left corner.

use super::face::Style;
use super::latin;
use super::symbol::{ModuleSize, QUIET_MODULES, SIDE_MODULES, Symbol};

/// What a piece of text is to somebody who hears the page read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The title of the document.
    Title,
    /// The heading of what follows.
    Heading,
    /// A paragraph.
    Paragraph,
}

/// One line of text.
pub struct Line {
    /// Where it begins.
    pub x_mm: f32,
    /// The line its letters stand on.
    pub baseline_mm: f32,
    /// In Windows-1252.
    pub glyphs: Vec<u8>,
}

/// A rectangle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// Its left edge.
    pub x_mm: f32,
    /// Its upper edge.
    pub y_mm: f32,
    /// How wide it is.
    pub width_mm: f32,
    /// How high it is.
    pub height_mm: f32,
}

/// Something on a page.
pub enum Mark {
    /// Text in one style, read as one part.
    Text {
        /// What it is.
        part: Part,
        /// Its style.
        style: Style,
        /// Its lines.
        lines: Vec<Line>,
    },
    /// A DataMatrix: black areas that are one figure.
    Figure {
        /// What it shows, for somebody who cannot see it.
        description: String,
        /// The areas.
        areas: Vec<Area>,
    },
    /// Black areas that say nothing: rules.
    Ornament(Vec<Area>),
}

/// A page.
pub struct Page {
    /// Its width.
    pub width_mm: f32,
    /// Its height.
    pub height_mm: f32,
    /// What is on it, in reading order.
    pub marks: Vec<Mark>,
}

/// Where a line stands in its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// At the left.
    Left,
    /// In the middle.
    Centre,
}

/// Thickness of all rules, 0.25 mm: two dots of a receipt printer; thinner ones come and go.
const RULE_MM: f32 = 0.25;

/// A column of a page, filled from above; texts go into `marks`.
pub struct Column<'a> {
    /// Where marks go.
    pub marks: &'a mut Vec<Mark>,
    /// Its left edge.
    pub x_mm: f32,
    /// How wide it is.
    pub width_mm: f32,
    /// How far down it is filled.
    pub y_mm: f32,
}

impl Column<'_> {
    /// Leaves `height_mm` free.
    pub fn space(&mut self, height_mm: f32) {
        self.y_mm += height_mm;
    }

    /// Sets a text, with as many lines as it takes.
    pub fn text(&mut self, part: Part, style: Style, align: Align, text: &str) {
        let lines = style.wrap(&latin::encode(text), self.width_mm);
        self.lines(part, style, align, lines);
    }

    /// Sets a text that may not be longer than `most` lines; an ellipsis ends it there.
    pub fn text_within(&mut self, part: Part, style: Style, text: &str, most: usize) {
        let lines = style.wrap_within(&latin::encode(text), self.width_mm, most);
        self.lines(part, style, Align::Left, lines);
    }

    /// Sets what stays in its line, whatever spaces it has. The caller knows that it fits.
    pub fn line(&mut self, part: Part, style: Style, align: Align, text: &str) {
        self.lines(part, style, align, vec![latin::encode(text)]);
    }

    fn lines(&mut self, part: Part, style: Style, align: Align, lines: Vec<Vec<u8>>) {
        let mut set = Vec::new();
        for glyphs in lines {
            let rest_mm = self.width_mm - style.width_mm(&glyphs);
            let x_mm = match align {
                Align::Left => self.x_mm,
                Align::Centre => self.x_mm + rest_mm / 2.0,
            };
            set.push(Line { x_mm, baseline_mm: self.y_mm + style.cap_mm(), glyphs });
            self.y_mm += style.line_mm();
        }
        if !set.is_empty() {
            self.marks.push(Mark::Text { part, style, lines: set });
        }
    }

    /// A line across the column.
    pub fn rule(&mut self) {
        let area = Area { x_mm: self.x_mm, y_mm: self.y_mm, width_mm: self.width_mm, height_mm: RULE_MM };
        self.marks.push(Mark::Ornament(vec![area]));
        self.y_mm += RULE_MM;
    }

    /// A frame around what `fill` sets, `padding_mm` away from it.
    pub fn frame(&mut self, padding_mm: f32, fill: impl FnOnce(&mut Column<'_>)) {
        let (x_mm, y_mm, width_mm) = (self.x_mm, self.y_mm, self.width_mm);
        let mut inside = Column {
            marks: &mut *self.marks,
            x_mm: x_mm + padding_mm,
            width_mm: width_mm - 2.0 * padding_mm,
            y_mm: y_mm + padding_mm,
        };
        fill(&mut inside);
        let height_mm = inside.y_mm + padding_mm - y_mm;
        let (right_mm, below_mm) = (x_mm + width_mm - RULE_MM, y_mm + height_mm - RULE_MM);
        let across = |y_mm| Area { x_mm, y_mm, width_mm, height_mm: RULE_MM };
        let down = |x_mm| Area { x_mm, y_mm, width_mm: RULE_MM, height_mm };
        self.marks.push(Mark::Ornament(vec![across(y_mm), across(below_mm), down(x_mm), down(right_mm)]));
        self.y_mm = y_mm + height_mm;
    }

    /// A symbol at the left edge and what `beside` sets at its right; goes on below both. Its quiet zone lies in the page's margin at the
    /// left and is left free on the other sides.
    pub fn symbol(&mut self, symbol: &Symbol, description: &str, beside: impl FnOnce(&mut Column<'_>)) {
        let module_mm = ModuleSize::PRINTED.millimetres();
        let quiet_mm = f32::from(QUIET_MODULES) * module_mm;
        let side_mm = f32::from(SIDE_MODULES) * module_mm;
        let (left_mm, top_mm) = (self.x_mm, self.y_mm + quiet_mm);
        let areas = symbol.bars().iter().map(|bar| Area {
            x_mm: left_mm + f32::from(bar.column) * module_mm,
            y_mm: top_mm + f32::from(bar.row) * module_mm,
            width_mm: f32::from(bar.modules) * module_mm,
            height_mm: module_mm,
        });
        self.marks.push(Mark::Figure { description: description.to_owned(), areas: areas.collect() });
        let mut column = Column {
            marks: &mut *self.marks,
            x_mm: left_mm + side_mm + 2.0 * quiet_mm,
            width_mm: self.width_mm - side_mm - 2.0 * quiet_mm,
            y_mm: top_mm,
        };
        beside(&mut column);
        self.y_mm = column.y_mm.max(top_mm + side_mm + quiet_mm);
    }
}

impl Page {
    /// How far anything reaches to the right and down.
    pub fn reach_mm(&self) -> (f32, f32) {
        let ends = self.marks.iter().flat_map(|mark| match mark {
            Mark::Text { style, lines, .. } => {
                // A quarter of the size hangs below the baseline at most.
                let below_mm = style.line_mm() - style.cap_mm();
                lines
                    .iter()
                    .map(|line| (line.x_mm + style.width_mm(&line.glyphs), line.baseline_mm + below_mm / 2.0))
                    .collect::<Vec<_>>()
            }
            Mark::Figure { areas, .. } | Mark::Ornament(areas) => {
                areas.iter().map(|area| (area.x_mm + area.width_mm, area.y_mm + area.height_mm)).collect()
            }
        });
        ends.fold((0.0, 0.0), |(right, below), (x, y)| (f32::max(right, x), f32::max(below, y)))
    }
}
