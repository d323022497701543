use super::ScanFinding::{EnterSuffix, NoSuffix, Right};
use super::*;

const ESZETT: ScanFinding = ScanFinding::Keyboard(KeyboardFault::HyphenAsEszett);
const SHIFT_LOCK: ScanFinding = ScanFinding::Keyboard(KeyboardFault::ShiftLock);
const FRENCH: ScanFinding = ScanFinding::Keyboard(KeyboardFault::French);

fn sent() -> String {
    test_code_symbols().collect()
}

fn swapped(text: &str) -> String {
    let swap = |c| match c {
        'y' => 'z',
        'z' => 'y',
        other => swap(other),
    };
    text.chars().map(swap).collect()
}

/// Returns the findings for a text that ends with Enter, without the finding about Enter.
fn found(text: &str) -> Vec<ScanFinding> {
    let mut findings = diagnose(&ScannerInput { text, after: vec![Keystroke::Enter], ..ScannerInput::default() });
    assert_eq!(findings.pop(), Some(EnterSuffix));
    findings
}

#[test]
fn a_correct_scanner_is_reported_as_correct() {
    assert_eq!(found(&sent()), [Right]);
    assert_eq!(found(TEST_CODE), [Right]);
    assert_eq!(found(&format!(" {} ", sent())), [Right]);
}

#[test]
fn the_suffix_is_reported() {
    let after = |after: &[Keystroke]| {
        let text = sent();
        let findings = diagnose(&ScannerInput { text: &text, after: after.to_vec(), ..ScannerInput::default() });
        assert_eq!((findings.len(), &findings[0]), (2, &Right), "{findings:?}");
        findings[1].clone()
    };
    assert_eq!(after(&[Keystroke::Enter]), EnterSuffix);
    assert_eq!(after(&[Keystroke::Tab]), ScanFinding::TabSuffix);
    assert_eq!(after(&[]), NoSuffix);
    assert_eq!(after(&[Keystroke::Control('J')]), ScanFinding::ControlSuffix(Keystroke::Control('J')));
    // Enter first, then a line feed.
    assert_eq!(after(&[Keystroke::Enter, Keystroke::Control('J')]), EnterSuffix);
}

#[test]
fn control_characters_in_the_text_count_as_keys_around_it() {
    let text = format!("\u{2}{}\r\n", sent());
    let findings = diagnose(&ScannerInput { text: &text, ..ScannerInput::default() });
    assert_eq!(findings, [ScanFinding::ControlPrefix(Keystroke::Control('B')), EnterSuffix]);
    let text = format!("{}\t", sent());
    assert_eq!(diagnose(&ScannerInput { text: &text, ..ScannerInput::default() }), [Right, ScanFinding::TabSuffix]);
    let control = Keystroke::parse_all("Control+B Escape Control+ Control+ß Enter Tab");
    assert_eq!(control, [Keystroke::Control('B'), Keystroke::Enter, Keystroke::Tab]);
}

#[test]
fn what_names_the_kind_of_symbol_is_seen_on_either_layout() {
    let text = format!("]d1{}", sent());
    assert_eq!(found(&text), [ScanFinding::SymbologyPrefix, Right]);
    let text = format!("+d1{}", swapped(&sent()));
    assert_eq!(found(&text), [ScanFinding::SymbologyPrefix, ScanFinding::YAndZSwapped]);
    let text = format!("]D1{}", sent().to_lowercase());
    assert_eq!(found(&text), [ScanFinding::SymbologyPrefix, ScanFinding::SmallLetters, Right]);
    assert_eq!(split_symbology("]d"), (None, "]d"));
    assert_eq!(split_symbology("]dß1"), (None, "]dß1"));
}

#[test]
fn another_keyboard_is_recognized_by_y_and_z_and_by_hyphens() {
    assert_eq!(found(&swapped(&sent())), [ScanFinding::YAndZSwapped]);
    assert_eq!(found(&TEST_CODE.replace('-', "ß")), [ESZETT]);
    let both = swapped(TEST_CODE).replace('-', "ß");
    assert_eq!(found(&both), [ESZETT, ScanFinding::YAndZSwapped]);
    assert_eq!(found(&swapped(&both).to_lowercase()), [ScanFinding::SmallLetters, ESZETT]);
    // French: A for Q, W for Z, digits that are no digits; the computer's, then the scanner's.
    assert_eq!(found("TESTYTESTWà&é\"'(-è_A"), [FRENCH]);
    assert_eq!(found("testz6testw6=!\"§$6%&/(a"), [ScanFinding::SmallLetters, FRENCH]);
    assert_eq!(found("TESTYTESTW012345678A"), [ScanFinding::OtherLayout]);
}

#[test]
fn a_locked_key_is_recognized_by_small_letters_and_by_signs() {
    assert_eq!(found(&sent().to_lowercase()), [ScanFinding::SmallLetters, Right]);
    assert_eq!(found("TESTYTESTZ=!\"§$%&/(Q"), [SHIFT_LOCK]);
    assert_eq!(found("TESTZTESTY)!@#$%^&*Q"), [SHIFT_LOCK, ScanFinding::YAndZSwapped]);
    assert_eq!(found("testytestz=!\"§$%&/(q"), [ScanFinding::SmallLetters, SHIFT_LOCK]);
}

#[test]
fn prefixes_and_suffixes_are_reported() {
    assert_eq!(found(&format!("~{}", sent())), [ScanFinding::TextPrefix("~".into())]);
    assert_eq!(
        found(&format!("AB{}CD", sent())),
        [ScanFinding::TextPrefix("AB".into()), ScanFinding::TextSuffix("CD".into())]
    );
    assert_eq!(
        found(&format!("*{}", swapped(&sent()))),
        [ScanFinding::YAndZSwapped, ScanFinding::TextPrefix("*".into())]
    );
}

#[test]
fn a_wrong_length_is_reported() {
    assert_eq!(found(&sent()[1..]), [ScanFinding::Missing(1)]);
    assert_eq!(found("TETYTSTZ0234678Q"), [ScanFinding::Missing(4)]);
    assert_eq!(found("TTESTYTESTZZ012345678Q"), [ScanFinding::Surplus(2)]);
    assert_eq!(found(&swapped(&sent())[..18]), [ScanFinding::YAndZSwapped, ScanFinding::Missing(2)]);
    assert_eq!(found("TESTY"), [ScanFinding::Unrecognized]);
}

#[test]
fn unrecognized_text_is_reported_and_a_real_code_is_recognized() {
    assert_eq!(diagnose(&ScannerInput::default()), [ScanFinding::Nothing]);
    assert_eq!(
        diagnose(&ScannerInput { after: vec![Keystroke::Enter], ..ScannerInput::default() }),
        [ScanFinding::Nothing]
    );
    assert_eq!(found("4006381333931"), [ScanFinding::Foreign(ForeignContent::ArticleNumber)]);
    assert_eq!(found("HTTPS://EXAMPLE.ORG"), [ScanFinding::Foreign(ForeignContent::WebAddress)]);
    assert_eq!(found("Frau Muster"), [ScanFinding::Unrecognized]);
    assert_eq!(found("G94ZJ756FWFHRWS2ZVE8"), [ScanFinding::AnotherCode]);
    assert_eq!(found("G94YJ756FWFHRWS2YVE8"), [ScanFinding::YAndZSwapped, ScanFinding::AnotherCode]);
    assert_eq!(found("~G94ZJ756FWFHRWS2ZVE8"), [ScanFinding::AnotherCode]);
    assert_eq!(found("G94ZJ756FWFHRWS2ZVE8~~"), [ScanFinding::AnotherCode]);
}

#[test]
fn a_hand_is_slower_than_a_scanner() {
    let text = sent();
    let by_hand = |milliseconds| {
        let duration = Some(Duration::from_millis(milliseconds));
        let findings =
            diagnose(&ScannerInput { text: &text, after: vec![Keystroke::Enter], duration, ..ScannerInput::default() });
        findings.contains(&ScanFinding::TypedByHand)
    };
    assert!(!by_hand(0) && !by_hand(19 * 80));
    assert!(by_hand(19 * 80 + 1));
    let short = ScannerInput { text: "TEST", duration: Some(Duration::from_secs(60)), ..ScannerInput::default() };
    assert!(!diagnose(&short).contains(&ScanFinding::TypedByHand), "a few characters prove nothing");
}

#[test]
fn whatever_arrives_is_examined() {
    for text in ["\u{0}", "]d1", "ß", "]", "\t\t", "😀", "]d😀", "-", "\u{1f}", "Ÿ"] {
        assert!(!diagnose(&ScannerInput { text, ..ScannerInput::default() }).is_empty(), "{text:?}");
    }
}
