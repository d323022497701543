use super::Finding::{EnterSuffix, NoSuffix, Right};
use super::*;

fn sent() -> String {
    expected().collect()
}

fn swapped(text: &str) -> String {
    let swap = |c| match c {
        'y' => 'z',
        'z' => 'y',
        other => swap(other),
    };
    text.chars().map(swap).collect()
}

/// What is found in a text that ends with Enter.
fn found(text: &str) -> Vec<Finding> {
    let mut findings = examine(&Scan { text, after: vec![Key::Enter], ..Scan::default() });
    assert_eq!(findings.pop(), Some(EnterSuffix));
    findings
}

#[test]
fn a_scanner_that_is_set_right_is_told_so() {
    assert_eq!(found(&sent()), [Right]);
    assert_eq!(found(TEST_CODE), [Right]);
    assert_eq!(found(&format!(" {} ", sent())), [Right]);
}

#[test]
fn what_comes_after_the_text_is_told() {
    let after = |after: &[Key]| {
        let text = sent();
        let findings = examine(&Scan { text: &text, after: after.to_vec(), ..Scan::default() });
        assert_eq!((findings.len(), &findings[0]), (2, &Right), "{findings:?}");
        findings[1].clone()
    };
    assert_eq!(after(&[Key::Enter]), EnterSuffix);
    assert_eq!(after(&[Key::Tab]), Finding::TabSuffix);
    assert_eq!(after(&[]), NoSuffix);
    assert_eq!(after(&[Key::Control('J')]), Finding::ControlSuffix(Key::Control('J')));
    // Enter first, then a line feed.
    assert_eq!(after(&[Key::Enter, Key::Control('J')]), EnterSuffix);
}

#[test]
fn control_characters_in_the_text_count_as_keys_around_it() {
    let text = format!("\u{2}{}\r\n", sent());
    let findings = examine(&Scan { text: &text, ..Scan::default() });
    assert_eq!(findings, [Finding::ControlPrefix(Key::Control('B')), EnterSuffix]);
    let text = format!("{}\t", sent());
    assert_eq!(examine(&Scan { text: &text, ..Scan::default() }), [Right, Finding::TabSuffix]);
    let control = Key::parse_all("Control+B Escape Control+ Control+ß Enter Tab");
    assert_eq!(control, [Key::Control('B'), Key::Enter, Key::Tab]);
}

#[test]
fn what_names_the_kind_of_symbol_is_seen_on_either_layout() {
    let text = format!("]d1{}", sent());
    assert_eq!(found(&text), [Finding::SymbologyPrefix, Right]);
    let text = format!("+d1{}", swapped(&sent()));
    assert_eq!(found(&text), [Finding::SymbologyPrefix, Finding::YAndZSwapped]);
    let text = format!("]D1{}", sent().to_lowercase());
    assert_eq!(found(&text), [Finding::SymbologyPrefix, Finding::SmallLetters, Right]);
    assert_eq!(split_symbology("]d"), (None, "]d"));
    assert_eq!(split_symbology("]dß1"), (None, "]dß1"));
}

#[test]
fn another_keyboard_is_told_by_y_and_z_and_by_hyphens() {
    assert_eq!(found(&swapped(&sent())), [Finding::YAndZSwapped]);
    assert_eq!(found(&TEST_CODE.replace('-', "ß")), [Finding::HyphenAsEszett]);
    let both = swapped(TEST_CODE).replace('-', "ß");
    assert_eq!(found(&both), [Finding::HyphenAsEszett, Finding::YAndZSwapped]);
    assert_eq!(found(&swapped(&both).to_lowercase()), [Finding::HyphenAsEszett, Finding::SmallLetters]);
    // French: A for Q, digits that are no digits.
    assert_eq!(found("TESTYTESTZà&é\"'(-è_A").last(), Some(&Finding::Foreign));
    assert_eq!(found("TESTYTESTW012345678A"), [Finding::OtherLayout]);
}

#[test]
fn a_locked_key_is_told_by_small_letters_and_by_signs() {
    assert_eq!(found(&sent().to_lowercase()), [Finding::SmallLetters, Right]);
    assert_eq!(found("TESTYTESTZ=!\"§$%&/(Q"), [Finding::DigitsAsSigns]);
    assert_eq!(found("TESTZTESTY)!@#$%^&*Q"), [Finding::DigitsAsSigns, Finding::YAndZSwapped]);
    assert_eq!(found("testytestz=!\"§$%&/(q"), [Finding::SmallLetters, Finding::DigitsAsSigns]);
}

#[test]
fn prefixes_and_suffixes_are_told() {
    assert_eq!(found(&format!("~{}", sent())), [Finding::TextPrefix("~".into())]);
    assert_eq!(found(&format!("AB{}CD", sent())), [Finding::TextPrefix("AB".into()), Finding::TextSuffix("CD".into())]);
    assert_eq!(found(&format!("*{}", swapped(&sent()))), [Finding::YAndZSwapped, Finding::TextPrefix("*".into())]);
}

#[test]
fn a_wrong_length_is_told() {
    assert_eq!(found(&sent()[1..]), [Finding::Missing(1)]);
    assert_eq!(found("TETYTSTZ0234678Q"), [Finding::Missing(4)]);
    assert_eq!(found("TTESTYTESTZZ012345678Q"), [Finding::Surplus(2)]);
    assert_eq!(found(&swapped(&sent())[..18]), [Finding::YAndZSwapped, Finding::Missing(2)]);
    assert_eq!(found("TESTY"), [Finding::Foreign]);
}

#[test]
fn what_is_not_ours_is_told_and_a_real_code_is_known() {
    assert_eq!(examine(&Scan::default()), [Finding::Nothing]);
    assert_eq!(examine(&Scan { after: vec![Key::Enter], ..Scan::default() }), [Finding::Nothing]);
    assert_eq!(found("4006381333931"), [Finding::Foreign]);
    assert_eq!(found("G94ZJ756FWFHRWS2ZVE8"), [Finding::AnotherCode]);
    assert_eq!(found("G94YJ756FWFHRWS2YVE8"), [Finding::YAndZSwapped, Finding::AnotherCode]);
    assert_eq!(found("~G94ZJ756FWFHRWS2ZVE8"), [Finding::AnotherCode]);
    assert_eq!(found("G94ZJ756FWFHRWS2ZVE8~~"), [Finding::AnotherCode]);
}

#[test]
fn a_hand_is_slower_than_a_scanner() {
    let text = sent();
    let by_hand = |milliseconds| {
        let took = Some(Duration::from_millis(milliseconds));
        let findings = examine(&Scan { text: &text, after: vec![Key::Enter], took, ..Scan::default() });
        findings.contains(&Finding::TypedByHand)
    };
    assert!(!by_hand(0) && !by_hand(19 * 80));
    assert!(by_hand(19 * 80 + 1));
    let short = Scan { text: "TEST", took: Some(Duration::from_secs(60)), ..Scan::default() };
    assert!(!examine(&short).contains(&Finding::TypedByHand), "a few characters prove nothing");
}

#[test]
fn whatever_arrives_is_examined() {
    for text in ["\u{0}", "]d1", "ß", "]", "\t\t", "😀", "]d😀", "-", "\u{1f}", "Ÿ"] {
        assert!(!examine(&Scan { text, ..Scan::default() }).is_empty(), "{text:?}");
    }
}
