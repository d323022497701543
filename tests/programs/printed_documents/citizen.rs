//! Citizen receipt.

use lichtbild::clock::Timestamp;
use lichtbild::domain::code::retrieval_code::RetrievalCode;
use lichtbild::receipt::citizen_receipt::{CitizenReceipt, Paper};
use lichtbild::texts::language::Language;

use super::PrintedPdf;

const EVERY: [(Paper, Language); 4] = [
    (Paper::A6, Language::German),
    (Paper::A6, Language::English),
    (Paper::Roll80, Language::German),
    (Paper::Roll80, Language::English),
];
const PHOTO_ID: &str = "0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d0e";
// 2026-11-22T09:30:00Z
const EXPIRES_AT: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);

fn code() -> RetrievalCode {
    RetrievalCode::from_secret(&[0x9A, 0x3C, 7, 99, 200, 14, 250, 33, 90, 61, 17, 5])
}

fn receipt(paper: Paper, language: Language, studio: Option<&str>) -> PrintedPdf {
    let code = code();
    let photo_id = PHOTO_ID.parse().unwrap();
    let receipt = CitizenReceipt { code: &code, photo_id, expires_at: EXPIRES_AT, studio, paper, language };
    PrintedPdf::new(receipt.to_pdf().unwrap())
}

#[test]
fn the_datamatrix_is_read_from_the_rendered_page() {
    let expected = code().reveal().replace('-', "");
    for (paper, language) in EVERY {
        let printed = receipt(paper, language, Some("Foto Koch, Düsseldorf"));
        // An office printer, a receipt printer, and a poor copy.
        for dpi in [300, 203, 120] {
            let read = printed.symbol(dpi);
            assert_eq!(read, expected, "{paper:?} {language:?} {dpi}");
            assert_eq!(RetrievalCode::parse(&read), Ok(code()));
        }
    }
}

#[test]
fn the_page_says_what_a_citizen_has_to_know_and_is_not_illustrated() {
    for (paper, language) in EVERY {
        let printed = receipt(paper, language, Some("Foto Müller & Söhne (Düsseldorf)"));
        let text = printed.text();
        let number = language.pick("Foto-Nr. 8c9d0e", "Photo no. 8c9d0e");
        let always = [code().reveal(), number.to_owned(), "Foto Müller & Söhne (Düsseldorf)".to_owned()];
        let sentences = language.pick(
            ["Gültig bis einschließlich", "21. November 2026", "Bürgerbüro", "nur einmal", "Verloren?"],
            ["Valid until the end of", "21 November 2026", "registration office", "only once", "Lost it?"],
        );
        for expected in always.iter().map(String::as_str).chain(sentences) {
            assert!(text.contains(expected), "{paper:?} {language:?}: {expected} is not in {text}");
        }
        assert!(!printed.contains(b"/Subtype/Image") && !printed.contains(b"/XObject"), "no photo");
        let anonymous = receipt(paper, language, None).text();
        assert!(!anonymous.contains(language.pick("Ausgestellt", "Issued")), "{anonymous}");
    }
}

#[test]
fn pages_have_the_size_of_their_paper() {
    // In points: 105 mm x 148 mm, and 80 mm as long as it takes.
    let a6 = receipt(Paper::A6, Language::German, None).information();
    assert!(a6.contains("297.638 x 419.528 pts"), "{a6}");
    let roll = receipt(Paper::Roll80, Language::German, None).information();
    assert!(roll.contains("226.772 x "), "{roll}");
    assert!(a6.contains("Pages:           1\n") && roll.contains("Pages:           1\n"));
}

#[test]
fn a_screen_reader_finds_title_headings_and_what_the_symbol_is() {
    let printed = receipt(Paper::A6, Language::German, None);
    let information = printed.information();
    assert!(information.contains("Abrufcode für ein biometrisches Lichtbild"), "{information}");
    assert!(information.lines().any(|line| line.starts_with("Tagged:") && line.ends_with("yes")), "{information}");
    assert!(printed.contains(b"/Lang(de)") && printed.contains(b"<pdfuaid:part>1</pdfuaid:part>"));
    let structure = printed.structure();
    for expected in ["H1", "\"Abrufcode\"", "H2", "\"Verloren?\"", "Figure"] {
        assert!(structure.contains(expected), "{expected} is not in {structure}");
    }
}

#[test]
fn names_of_german_registers_are_printed_letter_by_letter() {
    for name in ["Fotoğraf Şahin, Łódź / Φώτο", "Фото Ѝван", "M̂ C̨̆ ġ ẋ Ṣ̄ Ḳ̄ Ệ", "Əliyev & Ñandú", "Straẞe"]
    {
        for paper in [Paper::A6, Paper::Roll80] {
            let printed = receipt(paper, Language::German, Some(name));
            assert!(printed.text().contains(name), "{name}: {}", printed.text());
        }
    }
    // The same name from a system that writes letter and mark apart.
    let printed = receipt(Paper::A6, Language::German, Some("Fotog\u{306}raf S\u{327}ahin"));
    assert!(printed.text().contains("Fotoğraf Şahin"), "{}", printed.text());
}

#[test]
fn a_name_that_the_fonts_do_not_have_still_gives_a_receipt() {
    for (name, shown) in
        [("北京 📷", "\u{fffd}\u{fffd} \u{fffd}"), ("\u{0}\u{7}\r\n(((\\", "((("), ("", "Ausgestellt von")]
    {
        let printed = receipt(Paper::A6, Language::German, Some(name));
        assert!(printed.text().contains(shown), "{name:?}: {}", printed.text());
        assert_eq!(printed.symbol(203), code().reveal().replace('-', ""));
    }
}
