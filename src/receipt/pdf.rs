//! A page as PDF 1.7, with the structure that a screen reader follows (ISO 32000-1, section 14.8).

use pdf_writer::types::StructRole;
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

use super::font::{Font, MM_PER_PT};
use super::page::{PageElement, PdfPage, Rectangle, TextRole};
use crate::domain::digest::Sha256Digest;
use crate::domain::language::Language;

const CATALOG: Ref = Ref::new(1);
const PAGES: Ref = Ref::new(2);
const INFORMATION: Ref = Ref::new(3);
const PAGE: Ref = Ref::new(4);
const CONTENT: Ref = Ref::new(5);
const STRUCTURE: Ref = Ref::new(6);
const DOCUMENT: Ref = Ref::new(7);
const ELEMENTS: Ref = Ref::new(8);
const FIRST_FONT: i32 = 9;
const FIRST_ELEMENT: i32 = FIRST_FONT + Font::ALL.len() as i32;

/// Something on the page that has a place in the structure.
struct StructureElement<'a> {
    id: Ref,
    role: StructRole,
    description: Option<&'a str>,
}

/// Writes `page`. The same page gives the same bytes: there is no date in them, and the file's identifier is a digest of
/// what is on the page.
pub fn write_pdf(page: &PdfPage, title: &str, language: Language) -> Vec<u8> {
    let (content, elements) = draw(page);
    let mut pdf = Pdf::new();

    let mut catalog = pdf.catalog(CATALOG);
    catalog.pages(PAGES).lang(TextStr(language.tag()));
    catalog.viewer_preferences().display_doc_title(true);
    catalog.mark_info().marked(true);
    catalog.pair(Name(b"StructTreeRoot"), STRUCTURE);
    catalog.finish();

    pdf.document_info(INFORMATION).title(TextStr(title)).producer(TextStr("Lichtbild"));
    pdf.pages(PAGES).kids([PAGE]).count(1);

    let mut leaf = pdf.page(PAGE);
    leaf.parent(PAGES).contents(CONTENT).struct_parents(0);
    leaf.media_box(Rect::new(0.0, 0.0, points(page.width_mm), points(page.height_mm)));
    let mut resources = leaf.resources();
    let mut fonts = resources.fonts();
    for (id, face) in (FIRST_FONT..).zip(Font::ALL) {
        fonts.pair(Name(face.resource()), Ref::new(id));
    }
    fonts.finish();
    resources.finish();
    leaf.finish();

    for (id, face) in (FIRST_FONT..).zip(Font::ALL) {
        let mut font = pdf.type1_font(Ref::new(id));
        font.base_font(Name(face.base_font())).encoding_predefined(Name(b"WinAnsiEncoding"));
    }
    write_structure(&mut pdf, &elements);
    pdf.stream(CONTENT, &content);

    let identifier = [content.as_slice(), title.as_bytes(), language.tag().as_bytes()].concat();
    let identifier = Sha256Digest::of(&identifier).as_bytes()[..16].to_vec();
    pdf.set_file_id((identifier.clone(), identifier));
    pdf.finish()
}

fn write_structure(pdf: &mut Pdf, elements: &[StructureElement<'_>]) {
    let mut root = pdf.indirect(STRUCTURE).start::<pdf_writer::writers::StructTreeRoot<'_>>();
    root.child(DOCUMENT).parent_tree_next_key(1);
    root.parent_tree().nums().insert(0, ELEMENTS);
    root.finish();

    let mut document = pdf.struct_element(DOCUMENT);
    document.kind(StructRole::Document).parent(STRUCTURE);
    let mut children = document.children();
    for element in elements {
        children.struct_element(element.id);
    }
    children.finish();
    document.finish();

    for (marked, element) in (0..).zip(elements) {
        let mut writer = pdf.struct_element(element.id);
        writer.kind(element.role).parent(DOCUMENT).page(PAGE);
        writer.pair(Name(b"K"), marked);
        if let Some(description) = element.description {
            writer.alt(TextStr(description));
        }
    }
    // From a number of marked content back to its element: the position is the number.
    pdf.indirect(ELEMENTS).array().items(elements.iter().map(|element| element.id));
}

fn draw(page: &PdfPage) -> (Vec<u8>, Vec<StructureElement<'_>>) {
    let mut content = Content::new();
    let mut elements: Vec<StructureElement<'_>> = Vec::new();
    for mark in &page.elements {
        let (role, description) = match mark {
            PageElement::Text { part: TextRole::Title, .. } => (StructRole::H1, None),
            PageElement::Text { part: TextRole::Heading, .. } => (StructRole::H2, None),
            PageElement::Text { part: TextRole::Paragraph, .. } => (StructRole::P, None),
            PageElement::Figure { description, .. } => (StructRole::Figure, Some(description.as_str())),
            PageElement::Artifact(areas) => {
                content.begin_marked_content(Name(b"Artifact"));
                fill(&mut content, page, areas);
                content.end_marked_content();
                continue;
            }
        };
        // A page of a few dozen marks does not reach the end of the numbers.
        let number = i32::try_from(elements.len()).unwrap_or(i32::MAX - FIRST_ELEMENT);
        elements.push(StructureElement { id: Ref::new(FIRST_ELEMENT + number), role, description });
        content.begin_marked_content_with_properties(role.to_name()).properties().identify(number);
        match mark {
            PageElement::Text { style, lines, .. } => {
                content.begin_text().set_font(Name(style.font.resource()), style.size_pt);
                for (index, line) in lines.iter().enumerate() {
                    let (x, y) = (points(line.x_mm), points(page.height_mm - line.baseline_mm));
                    content.set_text_matrix([1.0, 0.0, 0.0, 1.0, x, y]);
                    // The space at which the line was broken belongs to the text, or its words run together when it is read.
                    let mut glyphs = line.glyphs.clone();
                    if index + 1 < lines.len() {
                        glyphs.push(b' ');
                    }
                    content.show(Str(&glyphs));
                }
                content.end_text();
            }
            PageElement::Figure { areas, .. } | PageElement::Artifact(areas) => fill(&mut content, page, areas),
        }
        content.end_marked_content();
    }
    (content.finish().into_vec(), elements)
}

/// All areas in one path, so that no light shows where two of them touch.
fn fill(content: &mut Content, page: &PdfPage, areas: &[Rectangle]) {
    for area in areas {
        let y_mm = page.height_mm - area.y_mm - area.height_mm;
        content.rect(points(area.x_mm), points(y_mm), points(area.width_mm), points(area.height_mm));
    }
    if !areas.is_empty() {
        content.fill_nonzero();
    }
}

/// In points, to a thousandth: 0.35 micrometres.
fn points(millimetres: f32) -> f32 {
    (millimetres / MM_PER_PT * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::super::font::TextStyle;
    use super::super::page::{Align, TextColumn};
    use super::*;

    fn one_line(text: &str) -> Vec<u8> {
        let mut marks = Vec::new();
        let mut column = TextColumn { elements: &mut marks, x_mm: 10.0, width_mm: 80.0, y_mm: 10.0 };
        column.text(TextRole::Paragraph, TextStyle { font: Font::Regular, size_pt: 10.0 }, Align::Left, text);
        write_pdf(
            &PdfPage { width_mm: 105.0, height_mm: 148.0, elements: marks },
            "Title (with \\ marks)",
            Language::English,
        )
    }

    fn contains(pdf: &[u8], part: &[u8]) -> bool {
        pdf.windows(part.len()).any(|window| window == part)
    }

    #[test]
    fn brackets_and_backslashes_are_escaped() {
        let pdf = one_line(r"C:\till) ( Koch");
        assert!(contains(&pdf, br"(C:\\till\) \( Koch) Tj"), "{}", String::from_utf8_lossy(&pdf));
        assert!(contains(&pdf, br"/Title (Title (with \\ marks))"), "{}", String::from_utf8_lossy(&pdf));
    }

    #[test]
    fn umlauts_are_written_as_bytes_of_the_encoding() {
        assert!(
            contains(&one_line("Grün ß"), b"<4772fc6e20df> Tj") || contains(&one_line("Grün ß"), b"<4772FC6E20DF> Tj")
        );
    }

    #[test]
    fn the_same_page_gives_the_same_bytes_and_another_page_others() {
        assert_eq!(one_line("Koch"), one_line("Koch"));
        assert_ne!(one_line("Koch"), one_line("Kochs"));
    }

    #[test]
    fn an_empty_page_and_an_odd_text_are_still_documents() {
        for text in ["", " ", "\u{0}", "📷", "%%EOF endstream"] {
            let pdf = one_line(text);
            assert!(pdf.starts_with(b"%PDF-1.7") && pdf.trim_ascii_end().ends_with(b"%%EOF"), "{text:?}");
        }
    }
}
