//! The letter to a studio or an office.

use lichtbild::clock::Timestamp;
use lichtbild::domain::digest::Sha256Digest;
use lichtbild::domain::party::Role;
use lichtbild::receipt::invitation_letter::{InvitationLetter, format_fingerprint};
use lichtbild::texts::language::Language;

use super::PrintedPdf;

const URL: &str = "https://lichtbild.stadt.example:8443";
const CODE: &str = "G94ZJ-756FW-FHRWS-2ZVE8";

fn letter(role: Role, language: Language, name: &str) -> PrintedPdf {
    letter_to(role, language, name, "Kasse 1")
}

fn letter_to(role: Role, language: Language, name: &str, device_label: &str) -> PrintedPdf {
    let line = format!("lichtbild-studio enrol {URL} {CODE}");
    let letter = InvitationLetter {
        role,
        party_name: name,
        place: "Düsseldorf",
        device_label,
        device_id: "0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d0e".parse().unwrap(),
        url: URL,
        browsers_trust_page: false,
        ca_sha256: Sha256Digest::of(b"authority"),
        code: CODE,
        command: &line,
        expires_at: Timestamp::from_unix_milliseconds(1_795_339_800_000),
        language,
    };
    PrintedPdf::new(letter.to_pdf().unwrap())
}

#[test]
fn a_letter_holds_address_fingerprint_code_line_and_end() {
    for role in [Role::Studio, Role::Office] {
        for language in [Language::German, Language::English] {
            let printed = letter(role, language, "Foto Müller-Lüdenscheidt");
            let text = printed.text();
            let line = format!("lichtbild-studio enrol {URL} {CODE}");
            let fingerprint = format_fingerprint(&Sha256Digest::of(b"authority"));
            let end = language.pick("22.11.2026, 10:30 Uhr", "22 Nov 2026, 10:30");
            let whose = match role {
                Role::Studio => language.pick("Ihr Studio", "your studio"),
                Role::Office => language.pick("Ihr Amt", "your office"),
            };
            for expected in [
                &line,
                &format!("{URL}/connect/"),
                CODE,
                &fingerprint,
                end,
                whose,
                "Foto Müller-Lüdenscheidt",
                "Düsseldorf",
                "Kasse 1",
            ] {
                assert!(text.contains(expected), "{role:?} {language:?}: {expected} is not in {text}");
            }
            assert!(printed.information().contains("595.276 x 841.89 pts (A4)"), "{}", printed.information());
        }
    }
}

#[test]
fn a_letter_for_a_device_without_a_label_has_no_heading_for_it() {
    for (language, heading) in [(Language::German, "Gerät "), (Language::English, "Device ")] {
        let named = letter(Role::Studio, language, "Foto Koch").text();
        assert!(named.contains(&format!("{heading}Kasse 1")), "{named}");
        let nameless = letter_to(Role::Studio, language, "Foto Koch", "").text();
        let (before_body, _) = nameless.split_once(language.pick("Einladung:", "Invitation:")).unwrap();
        let without_number = before_body.replace("Device number", "");
        assert!(!without_number.contains(heading), "{nameless}");
    }
}

#[test]
fn a_letter_says_which_code_is_worthless_and_speaks_to_photographers_as_such() {
    let german = letter(Role::Studio, Language::German, "Foto Koch").text();
    assert!(german.contains("um eine neue Einladung; der Code in diesem Brief ist dann wertlos."), "{german}");
    let english = letter(Role::Studio, Language::English, "Foto Koch").text();
    assert!(english.contains("and do not continue."), "{english}");
    assert!(!german.contains("EST") && !english.contains("EST"));
    assert!(letter(Role::Office, Language::German, "Bürgerbüro").text().contains("EST, RFC 7030"));
}

#[test]
fn a_name_that_the_fonts_do_not_have_still_gives_a_letter() {
    let printed = letter(Role::Studio, Language::German, "Zdjęcia „Łódź“ 📷");
    assert!(printed.text().contains("Zdjęcia „Łódź“ \u{fffd}"), "{}", printed.text());
    printed.rendered(50);
}
