//! The letter that invites a device of a studio or an office: by post, on A4, its address where a window envelope shows it. The top
//! stays free for the authority's own letterhead; who sends it is not known here.

use std::fmt;

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

/// Content of an invitation letter.
pub struct InvitationLetter<'a> {
    /// Role of the party: studio or office.
    pub role: Role,
    pub party_name: &'a str,
    /// Its town.
    pub place: &'a str,
    /// Name of the device; may be empty.
    pub device_label: &'a str,
    pub device_id: DeviceId,
    /// Address of the gateway, as typed.
    pub url: &'a str,
    /// SHA-256 of the certificate of the authority that vouches for the gateway.
    pub ca_sha256: Sha256Digest,
    /// The one-time code, as typed.
    pub code: &'a str,
    /// The one line to type; it holds address and code.
    pub command: &'a str,
    /// Time from which the code no longer works.
    pub expires_at: Timestamp,
    pub language: Language,
}

/// Reason for which there is no letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvitationLetterError {
    /// Address, code or line hold something else than printable ASCII: nobody could type them from paper.
    Untypable,
    /// Address, code or line are too long for one page.
    TooLong,
    /// The page cannot be written.
    Pdf(PdfError),
}

impl fmt::Display for InvitationLetterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Untypable => "address, code or line cannot be typed from paper: they are not printable ASCII",
            Self::TooLong => "address, code or line do not fit the page",
            Self::Pdf(_) => "the letter's page does not serve",
        })
    }
}

impl std::error::Error for InvitationLetterError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Untypable | Self::TooLong => None,
            Self::Pdf(source) => Some(source),
        }
    }
}

/// A digest as people compare it and the program shows it, in 16 groups of four hexadecimal digits.
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
/// Sizes that the line to type is tried in, until it fits in one line.
const COMMAND_SIZES_PT: [f32; 4] = [11.0, 10.0, 9.0, 8.0];

impl InvitationLetter<'_> {
    /// The letter as PDF, one page. It holds the code: a file of it is its owner's alone.
    ///
    /// # Errors
    /// [`InvitationLetterError`] when it could not be typed from, or does not fit. Long names are shortened instead.
    pub fn to_pdf(&self) -> Result<Vec<u8>, InvitationLetterError> {
        let typed = [self.url, self.code, self.command];
        if !typed.iter().all(|text| text.bytes().all(|byte| matches!(byte, b' '..=b'~'))) {
            return Err(InvitationLetterError::Untypable);
        }
        let page = self.lay_out();
        if page.extent_mm().1 > HEIGHT_MM - LEAST_BELOW_MM {
            return Err(InvitationLetterError::TooLong);
        }
        let title = self.language.pick("Einladung an das Lichtbild-Gateway", "Invitation to the Lichtbild gateway");
        pdf::write_pdf(&page, title, self.language).map_err(InvitationLetterError::Pdf)
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
        let [device, number, valid] =
            self.language.pick(["Gerät", "Gerätenummer", "Gültig bis"], ["Device", "Device number", "Valid until"]);
        for (label, style, text, most) in
            [(device, BODY, self.device_label, 3), (number, NUMBER, &device_id, 1), (valid, HEADING, &until, 2)]
        {
            if text.is_empty() {
                continue;
            }
            block.text(TextRole::Paragraph, LABEL, Align::Left, label);
            block.text_within(TextRole::Paragraph, style, text, most);
            block.space(2.0);
        }
    }

    fn set_body(&self, column: &mut TextColumn<'_>) {
        let words = texts(self.language);
        column.text(TextRole::Title, SUBJECT, Align::Left, words.subject);
        column.space(3.5);
        let purpose = match self.role {
            Role::Studio => words.for_studios,
            Role::Office => words.for_offices,
        };
        column.text(TextRole::Paragraph, BODY, Align::Left, &format!("{purpose} {}", words.key_stays));
        column.space(4.0);

        column.text(TextRole::Heading, HEADING, Align::Left, words.type_this);
        column.space(1.0);
        let style = self.command_style(column.width_mm - 6.0);
        column.frame(3.0, |frame| {
            frame.text(TextRole::Paragraph, style, Align::Left, self.command);
            frame.space(style.cap_mm() - style.line_mm());
        });
        column.space(3.5);
        for (label, text) in [(words.address, self.url), (words.code, self.code)] {
            let top_mm = column.y_mm;
            column.text(TextRole::Paragraph, BODY, Align::Left, label);
            let mut value = TextColumn {
                elements: &mut *column.elements,
                x_mm: LEFT_MM + 42.0,
                width_mm: TEXT_WIDTH_MM - 42.0,
                y_mm: top_mm + BODY.cap_mm() - MONOSPACE.cap_mm(),
            };
            value.text(TextRole::Paragraph, MONOSPACE, Align::Left, text);
            column.y_mm = value.y_mm + 0.8;
        }
        column.space(3.2);

        column.text(TextRole::Heading, HEADING, Align::Left, words.compare);
        column.text(TextRole::Paragraph, BODY, Align::Left, words.fingerprint);
        column.space(1.0);
        column.frame(3.0, |frame| {
            for half in format_fingerprint_lines(&self.ca_sha256) {
                frame.text(TextRole::Paragraph, MONOSPACE, Align::Centre, &half);
            }
            frame.space(MONOSPACE.cap_mm() - MONOSPACE.line_mm());
        });
        column.space(3.5);
        let differs = match self.role {
            Role::Studio => words.differs.to_owned(),
            // Their application software may enrol by itself.
            Role::Office => format!("{} {}", words.differs, words.other_programs),
        };
        column.text(TextRole::Paragraph, BODY, Align::Left, &differs);
        column.space(4.0);

        for (heading, text) in words.sections {
            column.text(TextRole::Heading, HEADING, Align::Left, heading);
            column.text(TextRole::Paragraph, BODY, Align::Left, text);
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

struct LetterTexts {
    subject: &'static str,
    for_studios: &'static str,
    for_offices: &'static str,
    key_stays: &'static str,
    type_this: &'static str,
    address: &'static str,
    code: &'static str,
    compare: &'static str,
    fingerprint: &'static str,
    differs: &'static str,
    other_programs: &'static str,
    sections: [(&'static str, &'static str); 2],
}

fn texts(language: Language) -> LetterTexts {
    language.pick(
        LetterTexts {
            subject: "Einladung: ein Gerät an das Lichtbild-Gateway anschließen",
            for_studios: "Mit diesem Brief schließen Sie das oben genannte Gerät an das Gateway an, über das Ihr Studio biometrische \
                          Lichtbilder an das Einwohnermeldeamt gibt.",
            for_offices: "Mit diesem Brief schließen Sie das oben genannte Gerät an das Gateway an, über das Ihr Amt biometrische \
                          Lichtbilder aus den Fotostudios abruft.",
            key_stays: "Der Schlüssel entsteht dabei auf dem Gerät und verlässt es nie.",
            type_this: "1. Auf dem Gerät eintippen, in einer Zeile",
            address: "Adresse des Gateways",
            code: "Einladungscode",
            compare: "2. Fingerabdruck vergleichen",
            fingerprint: "Bevor das Programm den Code sendet, prüft es, ob es mit dem richtigen Gateway spricht. Es zeigt den Fingerabdruck \
                          (SHA-256) der Zertifizierungsstelle, der so lautet:",
            differs: "Zeigt es einen anderen, sagen Sie es der Stelle, die Sie eingeladen hat, und arbeiten Sie nicht weiter.",
            other_programs: "Andere Programme (EST, RFC 7030) erkennen das Gateway an ihm.",
            sections: [
                (
                    "Wenn es nicht klappt",
                    "Der Einladungscode gilt einmal, nur bis zum oben genannten Zeitpunkt und für drei Versuche. Danach bitten Sie die \
                     Stelle, die Sie eingeladen hat, um eine neue Einladung; der Code in diesem Brief ist dann wertlos.",
                ),
                (
                    "Bitte vertraulich behandeln",
                    "Wer den Code vor Ihnen benutzt, schließt sein eigenes Gerät in Ihrem Namen an. War der Umschlag offen, benutzen Sie den \
                     Code nicht und melden Sie es. Ist das Gerät angeschlossen, vernichten Sie den Brief.",
                ),
            ],
        },
        LetterTexts {
            subject: "Invitation: connect a device to the Lichtbild gateway",
            for_studios: "With this letter you connect the device named above to the gateway through which your studio hands biometric \
                          photos to the registration office.",
            for_offices: "With this letter you connect the device named above to the gateway through which your office collects biometric \
                          photos from the studios.",
            key_stays: "The key is made on the device and never leaves it.",
            type_this: "1. Type this on the device, in one line",
            address: "Gateway address",
            code: "Invitation code",
            compare: "2. Compare the fingerprint",
            fingerprint: "Before the program sends the code, it makes sure that it talks to the right gateway. It shows the fingerprint \
                          (SHA-256) of the certificate authority, which is:",
            differs: "If it shows another one, tell the authority that invited you, and do not continue.",
            other_programs: "Other programs (EST, RFC 7030) know the gateway by it.",
            sections: [
                (
                    "If it does not work",
                    "The invitation code works once, only until the moment named above, and for three tries. After that, ask the authority \
                     that invited you for a new invitation; the code in this letter is then worthless.",
                ),
                (
                    "Please keep it confidential",
                    "Whoever uses the code before you connects a device of their own in your name. If the envelope was open, do not use the \
                     code and report it. Once the device is connected, destroy this letter.",
                ),
            ],
        },
    )
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
                // What stands beside and above the subject ends before it.
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
