//! The receipt that the citizen carries to the office. It shows neither the photo nor a name; only the code connects it to the citizen.

use super::data_matrix::{DataMatrixError, DataMatrixSymbol};
use super::font::Font;
use super::page::{Align, PdfPage, TextColumn, TextRole};
use super::pdf::{self, PdfError};
use super::text_style::TextStyle;
use crate::clock::Timestamp;
use crate::domain::code::retrieval_code::RetrievalCode;
use crate::domain::id::PhotoId;
use crate::domain::local_time::last_day_in_full;
use crate::texts::language::Language;
use crate::texts::text;

/// Paper for a citizen receipt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Paper {
    /// DIN A6, upright: 105 mm x 148 mm.
    #[default]
    A6,
    /// The roll of a receipt printer: 80 mm wide, of which 72 mm are printable, and as long as needed.
    Roll80,
}

/// Content of a citizen receipt.
pub struct CitizenReceipt<'a> {
    pub code: &'a RetrievalCode,
    /// Photo that the code belongs to. Its short form is printed; the desk shows the same.
    pub photo_id: PhotoId,
    /// The photo is erased by then at the latest.
    pub expires_at: Timestamp,
    /// Name and perhaps town of the studio. Two lines of it are shown at most.
    pub studio: Option<&'a str>,
    pub paper: Paper,
    pub language: Language,
}

/// Reason why no receipt can be made.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum CitizenReceiptError {
    #[error("cannot make the DataMatrix of the receipt")]
    Symbol(#[from] DataMatrixError),
    #[error("cannot write the page of the receipt")]
    Pdf(#[from] PdfError),
}

const TITLE: TextStyle = TextStyle { font: Font::Bold, size_pt: 17.0 };
const SUBTITLE: TextStyle = TextStyle { font: Font::Regular, size_pt: 10.0 };
const LABEL: TextStyle = TextStyle { font: Font::Regular, size_pt: 8.5 };
const DATE: TextStyle = TextStyle { font: Font::Bold, size_pt: 12.0 };
const HEADING: TextStyle = TextStyle { font: Font::Bold, size_pt: 9.0 };
const BODY: TextStyle = TextStyle { font: Font::Regular, size_pt: 9.0 };
const NUMBER: TextStyle = TextStyle { font: Font::Regular, size_pt: 8.5 };

impl CitizenReceipt<'_> {
    /// The receipt as PDF. It contains the code: only the owner may read a file of it.
    ///
    /// # Errors
    /// [`CitizenReceiptError`] when the DataMatrix does not decode to the code, or the page cannot be written as PDF.
    pub fn to_pdf(&self) -> Result<Vec<u8>, CitizenReceiptError> {
        let symbol = DataMatrixSymbol::encode(self.code)?;
        let title = text!(self.language, "paper-receipt.document");
        Ok(pdf::write_pdf(&self.lay_out(&symbol), &title, self.language)?)
    }

    fn lay_out(&self, symbol: &DataMatrixSymbol) -> PdfPage {
        // The height of a page on the roll follows from its content.
        let (width_mm, fixed_height_mm, margin_mm, code_pt, gap_mm) = match self.paper {
            Paper::A6 => (105.0, Some(148.0), 9.0, 16.5, 2.8),
            Paper::Roll80 => (80.0, None, 4.5, 13.5, 2.0),
        };
        let language = self.language;
        let mut marks = Vec::new();
        let mut column =
            TextColumn { elements: &mut marks, x_mm: margin_mm, width_mm: width_mm - 2.0 * margin_mm, y_mm: margin_mm };

        column.text(TextRole::Title, TITLE, Align::Left, &text!(language, "paper-receipt"));
        column.text(TextRole::Paragraph, SUBTITLE, Align::Left, &text!(language, "paper-receipt.subtitle"));
        column.space(2.0);
        column.frame(3.2, |frame| {
            let style = TextStyle { font: Font::MonospaceBold, size_pt: code_pt };
            frame.line(TextRole::Paragraph, style, Align::Centre, &self.code.reveal());
            // This line is the last one, so the space below it is removed.
            frame.space(style.cap_mm() - style.line_mm());
        });
        column.space(1.0);
        column.symbol(symbol, &text!(language, "paper-receipt.symbol"), |beside| {
            beside.text(TextRole::Paragraph, LABEL, Align::Left, &text!(language, "paper-receipt.valid-until"));
            beside.space(0.4);
            beside.text(TextRole::Paragraph, DATE, Align::Left, &last_day_in_full(self.expires_at, language));
            if let Some(studio) = self.studio {
                beside.space(2.2);
                beside.text(TextRole::Paragraph, LABEL, Align::Left, &text!(language, "paper-receipt.issued-by"));
                beside.text_within(TextRole::Paragraph, BODY, studio, 2);
            }
        });
        column.space(gap_mm);
        for section in ["purpose", "confidential", "lost"] {
            let heading = text!(language, format!("paper-receipt-{section}"));
            column.text(TextRole::Heading, HEADING, Align::Left, &heading);
            let text = text!(language, format!("paper-receipt-{section}.text"));
            column.text(TextRole::Paragraph, BODY, Align::Left, &text);
            column.space(gap_mm);
        }
        if let Some(height_mm) = fixed_height_mm {
            let footer_mm = height_mm - margin_mm - 1.6 - NUMBER.line_mm();
            column.y_mm = column.y_mm.max(footer_mm);
        }
        column.rule();
        column.space(1.6);
        let number = text!(language, "paper-receipt.number", number = self.photo_id.short().to_string());
        column.text(TextRole::Paragraph, NUMBER, Align::Left, &number);
        let height_mm = fixed_height_mm.unwrap_or(column.y_mm + margin_mm);
        PdfPage { width_mm, height_mm, elements: marks }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: [(Paper, Language); 4] = [
        (Paper::A6, Language::German),
        (Paper::A6, Language::English),
        (Paper::Roll80, Language::German),
        (Paper::Roll80, Language::English),
    ];

    fn with_receipt<T>(
        paper: Paper,
        language: Language,
        studio: Option<&str>,
        look: impl Fn(&CitizenReceipt<'_>) -> T,
    ) -> T {
        look(&CitizenReceipt {
            code: &RetrievalCode::from_secret(&[0x5A; 12]),
            photo_id: "0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d0e".parse().unwrap(),
            expires_at: Timestamp::from_unix_milliseconds(1_795_339_800_000),
            studio,
            paper,
            language,
        })
    }

    #[test]
    fn nothing_leaves_the_page_however_long_the_studios_name_is() {
        let long = "Fotografenmeisterbetrieb Müller-Lüdenscheidt & Töchter ".repeat(4);
        for (paper, language) in EVERY {
            for studio in [None, Some("Foto Koch, Düsseldorf"), Some(long.as_str()), Some(&"W".repeat(200))] {
                with_receipt(paper, language, studio, |receipt| {
                    let page = receipt.lay_out(&DataMatrixSymbol::encode(receipt.code).unwrap());
                    let (right_mm, below_mm) = page.extent_mm();
                    let margin_mm = if paper == Paper::A6 { 8.5 } else { 4.0 };
                    assert!(right_mm <= page.width_mm - margin_mm, "{paper:?} {language:?} {right_mm}");
                    assert!(below_mm <= page.height_mm - margin_mm, "{paper:?} {language:?} {below_mm}");
                });
            }
        }
    }

    #[test]
    fn the_same_receipt_gives_the_same_bytes() {
        for (paper, language) in EVERY {
            let pdf = || with_receipt(paper, language, Some("Foto Koch"), |receipt| receipt.to_pdf().unwrap());
            assert_eq!(pdf(), pdf());
        }
    }
}
