//! A page as PDF 1.7, with the structure that a screen reader follows (PDF/UA-1, ISO 14289-1).

use std::num::NonZeroU16;

use krilla::color::luma;
use krilla::configure::ConfigurationBuilder;
use krilla::configure::validate::Accessibility;
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, Tag, TagGroup, TagKind, TagTree};
use krilla::text::{GlyphId, KrillaGlyph};
use krilla::{Document, SerializeSettings};

use super::font::Font;
use super::page::{PageElement, PdfPage, Rectangle, TextLine, TextRole};
use super::text_style::{MM_PER_PT, TextStyle};
use crate::texts::language::Language;

/// Reason of the PDF library not to write a page: an error in this program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the page cannot be written as PDF: {0}")]
pub struct PdfError(String);

/// Writes `page`. The same page gives the same bytes: the file contains no date, and its identifier is a digest of its content.
///
/// # Errors
/// [`PdfError`] when the library refuses the page.
pub fn write_pdf(page: &PdfPage, title: &str, language: Language) -> Result<Vec<u8>, PdfError> {
    let fonts = EmbeddedFonts::load()?;
    let mut document = Document::new_with(settings()?);
    let metadata =
        Metadata::new().title(title.to_owned()).language(language.tag().to_owned()).producer("Lichtbild".to_owned());
    document.set_metadata(metadata);

    let size = PageSettings::from_wh(points(page.width_mm), points(page.height_mm));
    let mut leaf = document.start_page_with(size.ok_or_else(|| PdfError("a page without an area".to_owned()))?);
    let mut surface = leaf.surface();
    surface.set_fill(Some(Fill { paint: luma::Color::black().into(), ..Fill::default() }));
    let mut structure = TagTree::new();
    for element in &page.elements {
        draw(&mut surface, &mut structure, element, &fonts);
    }
    surface.finish();
    leaf.finish();
    document.set_tag_tree(structure);
    document.set_outline(outline(page, title));
    // The default text of a validation error only counts.
    document.finish().map_err(|error| PdfError(format!("{error:?}")))
}

/// The document and the headings in it.
fn outline(page: &PdfPage, title: &str) -> Outline {
    let mut document = OutlineNode::new(title.to_owned(), XyzDestination::new(0, Point::from_xy(0.0, 0.0)));
    for element in &page.elements {
        if let PageElement::Text { role: TextRole::Heading, style, lines } = element
            && let Some(line) = lines.first()
        {
            let top_mm = line.baseline_mm - style.line_mm();
            let place = XyzDestination::new(0, Point::from_xy(0.0, points(top_mm)));
            document.push_child(OutlineNode::new(text_of(lines), place));
        }
    }
    let mut outline = Outline::new();
    outline.push_child(document);
    outline
}

fn text_of(lines: &[TextLine]) -> String {
    lines.iter().map(|line| line.text.as_str()).collect()
}

fn settings() -> Result<SerializeSettings, PdfError> {
    let configuration = ConfigurationBuilder::new()
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| PdfError(format!("{error:?}")))?;
    Ok(SerializeSettings { configuration, ..SerializeSettings::default() })
}

struct EmbeddedFonts([krilla::text::Font; 3]);

impl EmbeddedFonts {
    fn load() -> Result<Self, PdfError> {
        let [regular, bold, monospace] = Font::ALL.map(|font| {
            krilla::text::Font::new(font.file().into(), 0).ok_or_else(|| PdfError(format!("{font:?} is no font")))
        });
        Ok(Self([regular?, bold?, monospace?]))
    }

    fn get(&self, font: Font) -> krilla::text::Font {
        self.0[font as usize].clone()
    }
}

fn draw(surface: &mut Surface<'_>, structure: &mut TagTree, element: &PageElement, fonts: &EmbeddedFonts) {
    let tag: TagKind = match element {
        PageElement::Text { role, lines, .. } => match role {
            TextRole::Title => Tag::Hn(NonZeroU16::MIN, Some(text_of(lines))).into(),
            TextRole::Heading => Tag::Hn(NonZeroU16::MIN.saturating_add(1), Some(text_of(lines))).into(),
            TextRole::Paragraph => Tag::P.into(),
        },
        PageElement::Figure { description, .. } => Tag::Figure(Some(description.clone())).into(),
        PageElement::Artifact(areas) => {
            surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
            fill(surface, areas);
            surface.end_tagged();
            return;
        }
    };
    let content = surface.start_tagged(ContentTag::Other);
    match element {
        PageElement::Text { style, lines, .. } => {
            for line in lines {
                draw_line(surface, line, *style, fonts);
            }
        }
        PageElement::Figure { areas, .. } | PageElement::Artifact(areas) => fill(surface, areas),
    }
    surface.end_tagged();
    structure.push(TagGroup::with_children(tag, vec![content.into()]));
}

fn draw_line(surface: &mut Surface<'_>, line: &TextLine, style: TextStyle, fonts: &EmbeddedFonts) {
    let glyphs: Vec<_> = style
        .font
        .shape(&line.text)
        .into_iter()
        .map(|glyph| KrillaGlyph {
            glyph_id: GlyphId::new(glyph.id),
            text_range: glyph.text_range,
            x_advance: glyph.advance,
            x_offset: glyph.x_offset,
            y_offset: glyph.y_offset,
            y_advance: 0.0,
            location: None,
        })
        .collect();
    let start = Point::from_xy(points(line.x_mm), points(line.baseline_mm));
    surface.draw_glyphs(start, &glyphs, fonts.get(style.font), &line.text, style.size_pt, false);
}

/// All areas in one path, so that no light shows where two of them touch.
fn fill(surface: &mut Surface<'_>, areas: &[Rectangle]) {
    let mut path = PathBuilder::new();
    for area in areas {
        let size = [area.x_mm, area.y_mm, area.width_mm, area.height_mm].map(points);
        if let Some(rectangle) = Rect::from_xywh(size[0], size[1], size[2], size[3]) {
            path.push_rect(rectangle);
        }
    }
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }
}

/// In points, to a thousandth: 0.35 micrometres.
fn points(millimetres: f32) -> f32 {
    (millimetres / MM_PER_PT * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::super::page::{Align, TextColumn};
    use super::*;

    fn one_line(text: &str) -> Vec<u8> {
        let mut marks = Vec::new();
        let mut column = TextColumn { elements: &mut marks, x_mm: 10.0, width_mm: 80.0, y_mm: 10.0 };
        column.text(TextRole::Paragraph, TextStyle { font: Font::Regular, size_pt: 10.0 }, Align::Left, text);
        let page = PdfPage { width_mm: 105.0, height_mm: 148.0, elements: marks };
        write_pdf(&page, "Title (with \\ marks)", Language::English).unwrap()
    }

    #[test]
    fn the_same_page_gives_the_same_bytes_and_another_page_others() {
        assert_eq!(one_line("Koch"), one_line("Koch"));
        assert_ne!(one_line("Koch"), one_line("Kochs"));
    }

    #[test]
    fn an_empty_page_and_an_odd_text_are_still_documents() {
        for text in ["", " ", "\u{0}", "📷", "%%EOF endstream", "M̂ Ḳ̄", r"C:\till) ("] {
            let pdf = one_line(text);
            assert!(pdf.starts_with(b"%PDF-1.7") && pdf.trim_ascii_end().ends_with(b"%%EOF"), "{text:?}");
        }
    }
}
