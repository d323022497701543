//! The letter that invites a device of a studio or an office: A4, with the address where a window envelope shows it. The top is free for
//! the letterhead of the sender, which the gateway does not know.

use super::font::Font;
use super::page::{Align, PageElement, PdfPage, Rectangle, TextColumn, TextRole};
use super::pdf::{self, PdfError};
use super::text_style::TextStyle;
use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::DeviceId;
use crate::domain::local_time::date_and_time;
use crate::domain::party::Role;
use crate::texts::language::Language;
use crate::texts::text;

/// Content of an invitation letter.
pub struct InvitationLetter<'a> {
    pub role: Role,
    pub party_name: &'a str,
    /// Town of the party.
    pub place: &'a str,
    /// May be empty.
    pub device_label: &'a str,
    pub device_id: DeviceId,
    /// Address of the gateway, as typed.
    pub url: &'a str,
    /// True if browsers trust the certificate of the page that connects them.
    pub browsers_trust_page: bool,
    /// SHA-256 of the certificate of the CA that issued the gateway's certificate.
    pub ca_sha256: Sha256Digest,
    /// The enrolment code, as typed.
    pub code: &'a str,
    /// Command line to type; contains address and code.
    pub command: &'a str,
    pub expires_at: Timestamp,
    pub language: Language,
}

/// Reason why no letter can be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvitationLetterError {
    /// People can type printable ASCII only from paper.
    #[error("address, code or command cannot be typed from paper: they are not printable ASCII")]
    Untypable,
    #[error("address, code or command do not fit on the page")]
    TooLong,
    #[error("cannot write the page of the letter")]
    Pdf(#[from] PdfError),
}

/// A digest in 16 groups of four hexadecimal digits, as the program shows it for comparison.
pub fn format_fingerprint(digest: &Sha256Digest) -> String {
    let [first, second] = format_fingerprint_lines(digest);
    format!("{first} {second}")
}

/// The same in two lines of eight groups.
fn format_fingerprint_lines(digest: &Sha256Digest) -> [String; 2] {
    [&digest.as_bytes()[..16], &digest.as_bytes()[16..]].map(|half| {
        let groups: Vec<_> = half.chunks_exact(2).map(|pair| format!("{:02X}{:02X}", pair[0], pair[1])).collect();
        groups.join(" ")
    })
}

const WIDTH_MM: f32 = 210.0;
const HEIGHT_MM: f32 = 297.0;
// DIN 5008, form B: text from 25 mm to 190 mm; the window's nine lines begin 62.7 mm from above, 45 mm with its zone for remarks;
// the information block begins at 125 mm and 50 mm, the subject at 103.4 mm; marks for folding at 105 mm and 210 mm and for the punch at
// 148.5 mm.
const LEFT_MM: f32 = 25.0;
const TEXT_WIDTH_MM: f32 = 165.0;
const ADDRESS_MM: f32 = 62.7;
const ADDRESS_WIDTH_MM: f32 = 80.0;
const INFORMATION_MM: f32 = 50.0;
const INFORMATION_LEFT_MM: f32 = 125.0;
const SUBJECT_MM: f32 = 103.4;
const FOLDS_MM: [f32; 2] = [105.0, 210.0];
const PUNCH_MM: f32 = 148.5;
const LEAST_BELOW_MM: f32 = 15.0;

const SUBJECT: TextStyle = TextStyle { font: Font::Bold, size_pt: 12.5 };
const BODY: TextStyle = TextStyle { font: Font::Regular, size_pt: 10.0 };
const HEADING: TextStyle = TextStyle { font: Font::Bold, size_pt: 10.0 };
const LABEL: TextStyle = TextStyle { font: Font::Regular, size_pt: 8.0 };
const NUMBER: TextStyle = TextStyle { font: Font::Regular, size_pt: 8.5 };
const MONOSPACE: TextStyle = TextStyle { font: Font::MonospaceBold, size_pt: 12.0 };
/// The first of these sizes in which the command fits on one line is used.
const COMMAND_SIZES_PT: [f32; 4] = [11.0, 10.0, 9.0, 8.0];

impl InvitationLetter<'_> {
    /// The letter as PDF, one page. It contains the code: only the owner may read a file of it.
    ///
    /// # Errors
    /// [`InvitationLetterError`] when the command cannot be typed or does not fit. Long names are shortened instead.
    pub fn to_pdf(&self) -> Result<Vec<u8>, InvitationLetterError> {
        let typed = [self.url, self.code, self.command];
        if !typed.iter().all(|text| text.bytes().all(|byte| matches!(byte, b' '..=b'~'))) {
            return Err(InvitationLetterError::Untypable);
        }
        let page = self.lay_out();
        if page.extent_mm().1 > HEIGHT_MM - LEAST_BELOW_MM {
            return Err(InvitationLetterError::TooLong);
        }
        Ok(pdf::write_pdf(&page, &text!(self.language, "paper-letter.document"), self.language)?)
    }

    fn lay_out(&self) -> PdfPage {
        let mut marks = vec![PageElement::Artifact(edge_marks())];
        self.set_address(&mut marks);
        self.set_information(&mut marks);
        let mut column = TextColumn { elements: &mut marks, x_mm: LEFT_MM, width_mm: TEXT_WIDTH_MM, y_mm: SUBJECT_MM };
        self.set_body(&mut column);
        PdfPage { width_mm: WIDTH_MM, height_mm: HEIGHT_MM, elements: marks }
    }

    fn set_address(&self, marks: &mut Vec<PageElement>) {
        let mut window = TextColumn { elements: marks, x_mm: LEFT_MM, width_mm: ADDRESS_WIDTH_MM, y_mm: ADDRESS_MM };
        window.text_within(TextRole::Paragraph, BODY, self.party_name, 3);
        window.text_within(TextRole::Paragraph, BODY, self.place, 2);
    }

    fn set_information(&self, marks: &mut Vec<PageElement>) {
        let width_mm = LEFT_MM + TEXT_WIDTH_MM - INFORMATION_LEFT_MM;
        let mut block = TextColumn { elements: marks, x_mm: INFORMATION_LEFT_MM, width_mm, y_mm: INFORMATION_MM };
        let until = date_and_time(self.expires_at, self.language);
        let device_id = self.device_id.to_string();
        for (label, style, text, most) in [
            (text!(self.language, "paper-letter.device"), BODY, self.device_label, 3),
            (text!(self.language, "paper-letter.device-number"), NUMBER, &device_id, 1),
            (text!(self.language, "paper-letter.valid-until"), HEADING, &until, 2),
        ] {
            if text.is_empty() {
                continue;
            }
            block.text(TextRole::Paragraph, LABEL, Align::Left, &label);
            block.text_within(TextRole::Paragraph, style, text, most);
            block.space(2.0);
        }
    }

    fn set_body(&self, column: &mut TextColumn<'_>) {
        let language = self.language;
        column.text(TextRole::Title, SUBJECT, Align::Left, &text!(language, "paper-letter"));
        column.space(3.5);
        let purpose = match self.role {
            Role::Studio => text!(language, "paper-letter.for-studios"),
            Role::Office => text!(language, "paper-letter.for-offices"),
        };
        let key_stays = text!(language, "paper-letter.key-stays");
        column.text(TextRole::Paragraph, BODY, Align::Left, &format!("{purpose} {key_stays}"));
        column.space(4.0);

        column.text(TextRole::Heading, HEADING, Align::Left, &text!(language, "paper-letter-browser"));
        let open = match self.browsers_trust_page {
            true => text!(language, "paper-letter-browser.text"),
            false => text!(language, "paper-letter-browser.untrusted"),
        };
        column.text(TextRole::Paragraph, BODY, Align::Left, &open);
        column.space(1.5);
        let page = format!("{}/connect/", self.url);
        for (label, text) in [
            (text!(language, "paper-letter.address"), page.as_str()),
            (text!(language, "paper-letter.code"), self.code),
        ] {
            let top_mm = column.y_mm;
            column.text(TextRole::Paragraph, BODY, Align::Left, &label);
            let mut value = TextColumn {
                elements: &mut *column.elements,
                x_mm: LEFT_MM + 32.0,
                width_mm: TEXT_WIDTH_MM - 32.0,
                y_mm: top_mm + BODY.cap_mm() - MONOSPACE.cap_mm(),
            };
            value.text(TextRole::Paragraph, MONOSPACE, Align::Left, text);
            column.y_mm = value.y_mm + 0.8;
        }
        column.space(2.2);

        column.text(TextRole::Paragraph, BODY, Align::Left, &text!(language, "paper-letter-browser.program"));
        column.space(1.0);
        let style = self.command_style(column.width_mm - 6.0);
        column.frame(3.0, |frame| {
            frame.text(TextRole::Paragraph, style, Align::Left, self.command);
            frame.space(style.cap_mm() - style.line_mm());
        });
        column.space(3.5);
        column.text(TextRole::Heading, HEADING, Align::Left, &text!(language, "paper-letter-compare"));
        let in_browser = match self.browsers_trust_page {
            true => text!(language, "paper-letter-compare.trusted"),
            false => text!(language, "paper-letter-compare.browser"),
        };
        let in_program = text!(language, "paper-letter-compare.text");
        column.text(TextRole::Paragraph, BODY, Align::Left, &format!("{in_browser} {in_program}"));
        column.space(1.0);
        column.frame(3.0, |frame| {
            for half in format_fingerprint_lines(&self.ca_sha256) {
                frame.text(TextRole::Paragraph, MONOSPACE, Align::Centre, &half);
            }
            frame.space(MONOSPACE.cap_mm() - MONOSPACE.line_mm());
        });
        column.space(3.5);
        let mut differs = text!(language, "paper-letter-compare.differs");
        // The application software of an office can enrol without this program.
        if self.role == Role::Office {
            differs = format!("{differs} {}", text!(language, "paper-letter-compare.other-programs"));
        }
        column.text(TextRole::Paragraph, BODY, Align::Left, &differs);
        column.space(4.0);

        for section in ["failure", "confidential"] {
            let heading = text!(language, format!("paper-letter-{section}"));
            column.text(TextRole::Heading, HEADING, Align::Left, &heading);
            let text = text!(language, format!("paper-letter-{section}.text"));
            column.text(TextRole::Paragraph, BODY, Align::Left, &text);
            column.space(3.0);
        }
    }

    fn command_style(&self, width_mm: f32) -> TextStyle {
        let styles = COMMAND_SIZES_PT.map(|size_pt| TextStyle { font: Font::MonospaceBold, size_pt });
        styles.into_iter().find(|style| style.width_mm(self.command) <= width_mm).unwrap_or(styles[1])
    }
}

fn edge_marks() -> Vec<Rectangle> {
    let mark = |y_mm, width_mm| Rectangle { x_mm: 4.0, y_mm, width_mm, height_mm: 0.2 };
    vec![mark(FOLDS_MM[0], 4.0), mark(PUNCH_MM, 6.0), mark(FOLDS_MM[1], 4.0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://lichtbild.stadt.example:7443";
    const LINE: &str = "lichtbild-studio enrol https://lichtbild.stadt.example:7443 G94ZJ-756FW-FHRWS-2ZVE8";

    fn letter<'a>(name: &'a str, line: &'a str, language: Language) -> InvitationLetter<'a> {
        InvitationLetter {
            role: Role::Studio,
            party_name: name,
            place: name,
            device_label: name,
            device_id: "0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d0e".parse().unwrap(),
            url: URL,
            browsers_trust_page: false,
            ca_sha256: Sha256Digest::of(b"authority"),
            code: "G94ZJ-756FW-FHRWS-2ZVE8",
            command: line,
            expires_at: Timestamp::from_unix_milliseconds(1_795_339_800_000),
            language,
        }
    }

    #[test]
    fn the_fingerprint_stands_in_sixteen_groups() {
        let text = format_fingerprint(&Sha256Digest::of(b"authority"));
        assert!(text.split(' ').count() == 16 && text.split(' ').all(|group| group.len() == 4), "{text}");
        assert_eq!(text.replace(' ', "").to_lowercase(), Sha256Digest::of(b"authority").to_string());
    }

    #[test]
    fn the_longest_names_leave_the_page_in_order() {
        for language in [Language::German, Language::English] {
            for name in ["Foto Koch".to_owned(), "W".repeat(200), "Łódź 📷 ".repeat(25)] {
                let letter = letter(&name, LINE, language);
                let page = letter.lay_out();
                assert!(page.extent_mm().0 <= LEFT_MM + TEXT_WIDTH_MM + 0.01, "{:?}", page.extent_mm());
                assert!(letter.to_pdf().is_ok(), "{:?}", page.extent_mm());
                // The address and the information block above the subject end before it.
                let mut head = Vec::new();
                letter.set_address(&mut head);
                letter.set_information(&mut head);
                let head = PdfPage { width_mm: WIDTH_MM, height_mm: HEIGHT_MM, elements: head };
                assert!(head.extent_mm().1 < SUBJECT_MM, "{:?}", head.extent_mm());
            }
        }
    }

    #[test]
    fn text_that_cannot_be_typed_or_printed_is_refused() {
        assert_eq!(
            letter("Koch", "enrol https://bücher.example", Language::German).to_pdf(),
            Err(InvitationLetterError::Untypable)
        );
        assert_eq!(letter("Koch", "enrol\nrm", Language::German).to_pdf(), Err(InvitationLetterError::Untypable));
        assert_eq!(letter("Koch", &"x".repeat(5000), Language::German).to_pdf(), Err(InvitationLetterError::TooLong));
    }

    #[test]
    fn the_same_letter_gives_the_same_bytes() {
        assert_eq!(
            letter("Koch", LINE, Language::English).to_pdf().unwrap(),
            letter("Koch", LINE, Language::English).to_pdf().unwrap()
        );
    }
}
