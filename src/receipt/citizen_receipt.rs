//! The receipt that the citizen carries to the counter. No photo and no name are on it: nothing but the code ties it to anybody.

use std::fmt;

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

/// Paper for a citizen receipt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Paper {
    /// DIN A6, upright: 105 mm x 148 mm.
    #[default]
    A6,
    /// The roll of a receipt printer, 80 mm wide, 72 mm of them printable, as long as it takes.
    Roll80,
}

/// Content of a citizen receipt.
pub struct CitizenReceipt<'a> {
    pub code: &'a RetrievalCode,
    /// Photo that the code belongs to. Its short form is printed; the desk shows the same.
    pub photo_id: PhotoId,
    /// Latest time of the photo's erasure.
    pub expires_at: Timestamp,
    /// Name and perhaps town of the studio that issued it; left out where `None`. Up to two lines of it are shown.
    pub studio: Option<&'a str>,
    /// Paper that it is printed on.
    pub paper: Paper,
    pub language: Language,
}

/// Reason for which there is no receipt.
#[derive(Debug, PartialEq)]
pub enum CitizenReceiptError {
    /// The DataMatrix cannot be read again.
    Symbol(DataMatrixError),
    /// The page cannot be written.
    Pdf(PdfError),
}

impl fmt::Display for CitizenReceiptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Symbol(_) => "the receipt's DataMatrix does not serve",
            Self::Pdf(_) => "the receipt's page does not serve",
        })
    }
}

impl std::error::Error for CitizenReceiptError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Symbol(source) => Some(source),
            Self::Pdf(source) => Some(source),
        }
    }
}

const TITLE: TextStyle = TextStyle { font: Font::Bold, size_pt: 17.0 };
const SUBTITLE: TextStyle = TextStyle { font: Font::Regular, size_pt: 10.0 };
const LABEL: TextStyle = TextStyle { font: Font::Regular, size_pt: 8.5 };
const DATE: TextStyle = TextStyle { font: Font::Bold, size_pt: 12.0 };
const HEADING: TextStyle = TextStyle { font: Font::Bold, size_pt: 9.0 };
const BODY: TextStyle = TextStyle { font: Font::Regular, size_pt: 9.0 };
const NUMBER: TextStyle = TextStyle { font: Font::Regular, size_pt: 8.5 };

impl CitizenReceipt<'_> {
    /// The receipt as PDF. It holds the code: a file of it is its owner's alone.
    ///
    /// # Errors
    /// [`CitizenReceiptError`] when the DataMatrix that would be printed does not read as the code, or the page is no PDF.
    pub fn to_pdf(&self) -> Result<Vec<u8>, CitizenReceiptError> {
        let symbol = DataMatrixSymbol::encode(self.code).map_err(CitizenReceiptError::Symbol)?;
        pdf::write_pdf(&self.lay_out(&symbol), texts(self.language).document, self.language)
            .map_err(CitizenReceiptError::Pdf)
    }

    fn lay_out(&self, symbol: &DataMatrixSymbol) -> PdfPage {
        // The height of a page on the roll is known when it is full.
        let (width_mm, fixed_height_mm, margin_mm, code_pt, gap_mm) = match self.paper {
            Paper::A6 => (105.0, Some(148.0), 9.0, 16.5, 2.8),
            Paper::Roll80 => (80.0, None, 4.5, 13.5, 2.0),
        };
        let words = texts(self.language);
        let mut marks = Vec::new();
        let mut column =
            TextColumn { elements: &mut marks, x_mm: margin_mm, width_mm: width_mm - 2.0 * margin_mm, y_mm: margin_mm };

        column.text(TextRole::Title, TITLE, Align::Left, words.title);
        column.text(TextRole::Paragraph, SUBTITLE, Align::Left, words.subtitle);
        column.space(2.0);
        column.frame(3.2, |frame| {
            let style = TextStyle { font: Font::MonospaceBold, size_pt: code_pt };
            frame.line(TextRole::Paragraph, style, Align::Centre, &self.code.reveal());
            // The space below a line is for the next one, and there is none.
            frame.space(style.cap_mm() - style.line_mm());
        });
        column.space(1.0);
        column.symbol(symbol, words.symbol, |beside| {
            beside.text(TextRole::Paragraph, LABEL, Align::Left, words.valid_until);
            beside.space(0.4);
            beside.text(TextRole::Paragraph, DATE, Align::Left, &last_day_in_full(self.expires_at, self.language));
            if let Some(studio) = self.studio {
                beside.space(2.2);
                beside.text(TextRole::Paragraph, LABEL, Align::Left, words.issued_by);
                beside.text_within(TextRole::Paragraph, BODY, studio, 2);
            }
        });
        column.space(gap_mm);
        for (heading, text) in words.sections {
            column.text(TextRole::Heading, HEADING, Align::Left, heading);
            column.text(TextRole::Paragraph, BODY, Align::Left, text);
            column.space(gap_mm);
        }
        if let Some(height_mm) = fixed_height_mm {
            let footer_mm = height_mm - margin_mm - 1.6 - NUMBER.line_mm();
            column.y_mm = column.y_mm.max(footer_mm);
        }
        column.rule();
        column.space(1.6);
        let number = format!("{} {}", words.number, self.photo_id.short());
        column.text(TextRole::Paragraph, NUMBER, Align::Left, &number);
        let height_mm = fixed_height_mm.unwrap_or(column.y_mm + margin_mm);
        PdfPage { width_mm, height_mm, elements: marks }
    }
}

struct ReceiptTexts {
    document: &'static str,
    title: &'static str,
    subtitle: &'static str,
    symbol: &'static str,
    valid_until: &'static str,
    issued_by: &'static str,
    number: &'static str,
    sections: [(&'static str, &'static str); 3],
}

fn texts(language: Language) -> ReceiptTexts {
    language.pick(
        ReceiptTexts {
            document: "Abrufcode für ein biometrisches Lichtbild",
            title: "Abrufcode",
            subtitle: "für Ihr biometrisches Lichtbild (Passfoto)",
            symbol: "DataMatrix mit dem Abrufcode",
            valid_until: "Gültig bis einschließlich",
            issued_by: "Ausgestellt von",
            number: "Foto-Nr.",
            sections: [
                (
                    "Wofür ist dieser Beleg?",
                    "Zeigen Sie ihn im Bürgerbüro, wenn Sie Ausweis oder Reisepass beantragen. Das Amt ruft damit Ihr Lichtbild ab; danach \
                     wird es gelöscht. Der Code gilt nur einmal: Brauchen Sie zwei Dokumente, sagen Sie es gleich zu Beginn.",
                ),
                (
                    "Bitte vertraulich behandeln",
                    "Bewahren Sie den Beleg auf wie Bargeld und geben Sie den Code nur im Amt weiter.",
                ),
                (
                    "Verloren?",
                    "Fragen Sie im Fotostudio: Es kann den Beleg noch einmal drucken oder das Lichtbild zurückziehen. Das Amt kennt den Code \
                     nicht. Hat auch das Studio ihn nicht mehr, brauchen Sie ein neues Lichtbild.",
                ),
            ],
        },
        ReceiptTexts {
            document: "Retrieval code for a biometric photo",
            title: "Retrieval code",
            subtitle: "(Abrufcode) for your biometric passport photo",
            symbol: "DataMatrix with the retrieval code",
            valid_until: "Valid until the end of",
            issued_by: "Issued by",
            number: "Photo no.",
            sections: [
                (
                    "What is this receipt for?",
                    "Show it at the registration office (Bürgerbüro) when you apply for an identity card or a passport. The office collects \
                     your photo with it; then the photo is erased. The code works only once: if you need two documents, say so first.",
                ),
                (
                    "Please keep it confidential",
                    "Look after this receipt like cash, and give the code to nobody but the office.",
                ),
                (
                    "Lost it?",
                    "Ask the photo studio: it can print the receipt again or withdraw the photo. The office does not know the code. If the \
                     studio no longer has it either, you need a new photo.",
                ),
            ],
        },
    )
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
