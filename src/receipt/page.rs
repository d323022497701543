//! A page and its columns, which are filled from above. Lengths are millimetres from the upper left corner.

use super::data_matrix::{DataMatrixSymbol, ModuleSize, QUIET_MODULES, SIDE_MODULES};
use super::text_style::TextStyle;

/// Role of a text in the structure for screen readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextRole {
    Title,
    Heading,
    Paragraph,
}

/// One line of text.
pub struct TextLine {
    pub x_mm: f32,
    pub baseline_mm: f32,
    /// With the characters that the font has.
    pub text: String,
}

/// A rectangle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rectangle {
    pub x_mm: f32,
    pub y_mm: f32,
    pub width_mm: f32,
    pub height_mm: f32,
}

/// Element of a page.
pub enum PageElement {
    /// Text in one style, read as one part.
    Text { role: TextRole, style: TextStyle, lines: Vec<TextLine> },
    /// Black areas that form a DataMatrix, with a description for screen readers.
    Figure { description: String, areas: Vec<Rectangle> },
    /// Rules and frames, which screen readers skip.
    Artifact(Vec<Rectangle>),
}

/// A page.
pub struct PdfPage {
    pub width_mm: f32,
    pub height_mm: f32,
    /// Content of the page in reading order.
    pub elements: Vec<PageElement>,
}

/// Horizontal position of a line in its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Centre,
}

/// Thickness of all rules, 0.25 mm: two dots of a receipt printer; thinner ones come and go.
const RULE_MM: f32 = 0.25;

/// A column of a page that is filled from above.
pub struct TextColumn<'a> {
    /// Elements of the page.
    pub elements: &'a mut Vec<PageElement>,
    pub x_mm: f32,
    pub width_mm: f32,
    /// Lower end of the filled part.
    pub y_mm: f32,
}

impl TextColumn<'_> {
    pub fn space(&mut self, height_mm: f32) {
        self.y_mm += height_mm;
    }

    /// Sets a text, with as many lines as it takes.
    pub fn text(&mut self, role: TextRole, style: TextStyle, align: Align, text: &str) {
        let lines = style.wrap(&style.font.printable(text), self.width_mm);
        self.lines(role, style, align, lines);
    }

    /// Sets a text of `most` lines at most; an ellipsis marks text that is left out.
    pub fn text_within(&mut self, role: TextRole, style: TextStyle, text: &str, most: usize) {
        let lines = style.wrap_within(&style.font.printable(text), self.width_mm, most);
        self.lines(role, style, Align::Left, lines);
    }

    /// Sets a text that fits on one line, without breaking it at spaces.
    pub fn line(&mut self, role: TextRole, style: TextStyle, align: Align, text: &str) {
        self.lines(role, style, align, vec![style.font.printable(text)]);
    }

    fn lines(&mut self, role: TextRole, style: TextStyle, align: Align, lines: Vec<String>) {
        let mut set = Vec::new();
        for text in lines {
            let rest_mm = self.width_mm - style.width_mm(&text);
            let x_mm = match align {
                Align::Left => self.x_mm,
                Align::Centre => self.x_mm + rest_mm / 2.0,
            };
            set.push(TextLine { x_mm, baseline_mm: self.y_mm + style.cap_mm(), text });
            self.y_mm += style.line_mm();
        }
        if !set.is_empty() {
            self.elements.push(PageElement::Text { role, style, lines: set });
        }
    }

    pub fn rule(&mut self) {
        let area = Rectangle { x_mm: self.x_mm, y_mm: self.y_mm, width_mm: self.width_mm, height_mm: RULE_MM };
        self.elements.push(PageElement::Artifact(vec![area]));
        self.y_mm += RULE_MM;
    }

    /// A frame around what `fill` sets, `padding_mm` away from it.
    pub fn frame(&mut self, padding_mm: f32, fill: impl FnOnce(&mut TextColumn<'_>)) {
        let (x_mm, y_mm, width_mm) = (self.x_mm, self.y_mm, self.width_mm);
        let mut inside = TextColumn {
            elements: &mut *self.elements,
            x_mm: x_mm + padding_mm,
            width_mm: width_mm - 2.0 * padding_mm,
            y_mm: y_mm + padding_mm,
        };
        fill(&mut inside);
        let height_mm = inside.y_mm + padding_mm - y_mm;
        let (right_mm, below_mm) = (x_mm + width_mm - RULE_MM, y_mm + height_mm - RULE_MM);
        let across = |y_mm| Rectangle { x_mm, y_mm, width_mm, height_mm: RULE_MM };
        let down = |x_mm| Rectangle { x_mm, y_mm, width_mm: RULE_MM, height_mm };
        self.elements.push(PageElement::Artifact(vec![across(y_mm), across(below_mm), down(x_mm), down(right_mm)]));
        self.y_mm = y_mm + height_mm;
    }

    /// Sets a symbol at the left edge and the content of `beside` at its right. The quiet zone of the symbol is the margin of the page on
    /// the left, and free space on the other sides.
    pub fn symbol(&mut self, symbol: &DataMatrixSymbol, description: &str, beside: impl FnOnce(&mut TextColumn<'_>)) {
        let module_mm = ModuleSize::PRINTED.millimetres();
        let quiet_mm = f32::from(QUIET_MODULES) * module_mm;
        let side_mm = f32::from(SIDE_MODULES) * module_mm;
        let (left_mm, top_mm) = (self.x_mm, self.y_mm + quiet_mm);
        let areas = symbol.bars().iter().map(|bar| Rectangle {
            x_mm: left_mm + f32::from(bar.column) * module_mm,
            y_mm: top_mm + f32::from(bar.row) * module_mm,
            width_mm: f32::from(bar.modules) * module_mm,
            height_mm: module_mm,
        });
        self.elements.push(PageElement::Figure { description: description.to_owned(), areas: areas.collect() });
        let mut column = TextColumn {
            elements: &mut *self.elements,
            x_mm: left_mm + side_mm + 2.0 * quiet_mm,
            width_mm: self.width_mm - side_mm - 2.0 * quiet_mm,
            y_mm: top_mm,
        };
        beside(&mut column);
        self.y_mm = column.y_mm.max(top_mm + side_mm + quiet_mm);
    }
}

impl PdfPage {
    /// Right and lower end of the content.
    pub fn extent_mm(&self) -> (f32, f32) {
        let ends = self.elements.iter().flat_map(|mark| match mark {
            PageElement::Text { style, lines, .. } => {
                // A quarter of the size hangs below the baseline at most.
                let below_mm = style.line_mm() - style.cap_mm();
                lines
                    .iter()
                    .map(|line| (line.x_mm + style.width_mm(&line.text), line.baseline_mm + below_mm / 2.0))
                    .collect::<Vec<_>>()
            }
            PageElement::Figure { areas, .. } | PageElement::Artifact(areas) => {
                areas.iter().map(|area| (area.x_mm + area.width_mm, area.y_mm + area.height_mm)).collect()
            }
        });
        ends.fold((0.0, 0.0), |(right, below), (x, y)| (f32::max(right, x), f32::max(below, y)))
    }
}
