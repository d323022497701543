//! Texts for each finding about a scanner: its meaning, and the setting to change.

use super::scan_diagnosis::{Keystroke, ScanFinding, ScanSeverity};
use crate::domain::code::keyboard_fault::KeyboardFault;
use crate::pages::desk::code_texts::{foreign_text, keyboard_text};
use crate::texts::language::Language;

/// All in one sentence.
pub(super) fn summary(findings: &[ScanFinding], language: Language) -> &'static str {
    let severity = findings.iter().map(ScanFinding::severity).max().unwrap_or(ScanSeverity::Fault);
    match findings {
        [ScanFinding::Nothing] => language.pick("Es kam nichts an", "Nothing arrived"),
        _ if findings.iter().any(|finding| matches!(finding, ScanFinding::AnotherCode | ScanFinding::Foreign(_))) => {
            language.pick("Das war nicht das Testsymbol", "That was not the test symbol")
        }
        _ => match severity {
            ScanSeverity::Good => language.pick("Der Scanner ist richtig eingestellt", "The scanner is set right"),
            ScanSeverity::Advice => language.pick(
                "Codes kommen richtig an, eine Einstellung geht besser",
                "Codes arrive as they should, one setting could be better",
            ),
            ScanSeverity::Fault => {
                language.pick("So kommen Codes nicht richtig an", "Codes do not arrive as they should")
            }
        },
    }
}

/// Returns the description of a finding and the instruction; the instruction is empty if nothing has to be done.
pub(super) fn finding_texts(finding: &ScanFinding, language: Language) -> (String, &'static str) {
    let (german, english): ((String, &str), (String, &str)) = match finding {
        ScanFinding::Nothing => plain(
            (
                "Das Feld war leer.",
                "Klicken Sie in das Feld, und scannen Sie das Symbol. Bleibt es leer: Liest der Scanner (Piepton)? Steht er auf „Tastatur“ (USB HID, Keyboard Wedge)?",
            ),
            (
                "The field was empty.",
                "Click the field and scan the symbol. If it stays empty: does the scanner read (beep)? Is it set to “keyboard” (USB HID, keyboard wedge)?",
            ),
        ),
        ScanFinding::Right => plain(("Alle 20 Zeichen sind richtig.", ""), ("All 20 characters are right.", "")),
        ScanFinding::SymbologyPrefix => plain(
            (
                "Der Scanner sagt zuerst, welche Art Symbol er liest (]d1).",
                "Hier stört das nicht. Für das Fachverfahren schalten Sie am Scanner besser die „AIM-Kennung“ (AIM ID) ab.",
            ),
            (
                "The scanner says first what kind of symbol it reads (]d1).",
                "It does no harm here. For other software, better switch it off at the scanner: “AIM ID” off.",
            ),
        ),
        ScanFinding::ControlPrefix(key) => (
            (
                format!(
                    "Vor dem Code kommt ein Steuerzeichen ({}). Der Browser hält es für ein Tastenkürzel.",
                    key_name(*key, Language::German)
                ),
                "Schalten Sie am Scanner das Präfix (STX) ab.",
            ),
            (
                format!(
                    "A control character comes before the code ({}). The browser takes it for a shortcut.",
                    key_name(*key, Language::English)
                ),
                "Switch the prefix (STX) off at the scanner.",
            ),
        ),
        ScanFinding::TextPrefix(text) => (
            (format!("Vor dem Code steht „{text}“."), "Löschen Sie am Scanner das Präfix (Prefix, Preamble)."),
            (format!("“{text}” comes before the code."), "Clear the prefix (preamble) at the scanner."),
        ),
        ScanFinding::TextSuffix(text) => (
            (
                format!("Nach dem Code steht „{text}“."),
                "Löschen Sie am Scanner das Suffix (Suffix, Postamble), und lassen Sie nur Enter senden.",
            ),
            (
                format!("“{text}” comes after the code."),
                "Clear the suffix (postamble) at the scanner, and send Enter only.",
            ),
        ),
        ScanFinding::YAndZSwapped => plain(
            (
                "Y und Z sind vertauscht: Der Scanner tippt auf einer anderen Tastatur als dieser Computer.",
                "Stellen Sie am Scanner die Tastatur (Keyboard Country, Layout) auf Deutsch.",
            ),
            (
                "Y and Z are swapped: the scanner types on another keyboard than this computer.",
                "Set the scanner's keyboard (country, layout) to that of this computer.",
            ),
        ),
        ScanFinding::Keyboard(fault) => {
            let (german, english) = keyboard_settings(*fault);
            let text = |language| keyboard_text(*fault, language).to_owned();
            ((text(Language::German), german), (text(Language::English), english))
        }
        ScanFinding::SmallLetters => plain(
            (
                "Große Buchstaben kamen klein an.",
                "Hier stört das nicht. Lösen Sie die Feststelltaste dieses Computers, oder schalten Sie am Scanner die Umwandlung (Case Conversion) ab.",
            ),
            (
                "Capital letters arrived as small ones.",
                "It does no harm here. Release this computer's caps lock, or switch off case conversion at the scanner.",
            ),
        ),
        ScanFinding::OtherLayout => plain(
            (
                "Einzelne Zeichen sind andere: Der Scanner ist auf die Tastatur eines anderen Landes eingestellt.",
                "Stellen Sie am Scanner die Tastatur (Keyboard Country, Layout) auf Deutsch.",
            ),
            (
                "Some characters are others: the scanner is set to another country's keyboard.",
                "Set the scanner's keyboard (country, layout) to that of this computer.",
            ),
        ),
        ScanFinding::Missing(count) => (
            (
                missing_german(*count),
                "Der Scanner tippt zu schnell oder über Funk zu schwach. Stellen Sie die Pause zwischen Zeichen (Inter-Character Delay) auf 5 bis 10 ms.",
            ),
            (
                missing_english(*count),
                "The scanner types too fast, or its radio is weak. Set the inter-character delay to 5 to 10 ms.",
            ),
        ),
        ScanFinding::Surplus(count) => (
            (
                surplus_german(*count),
                "Scannen Sie noch einmal einzeln. Kommt es wieder, löschen Sie am Scanner Präfix und Suffix, und schalten Sie die Mehrfachlesung ab.",
            ),
            (
                surplus_english(*count),
                "Scan once more, once only. If it comes again: clear prefix and suffix at the scanner, switch repeated reading off.",
            ),
        ),
        ScanFinding::AnotherCode => plain(
            (
                "Das war ein anderer Code, vielleicht von einem Beleg. Er wurde nicht verwendet und wird hier nicht angezeigt.",
                "Scannen Sie das Testsymbol.",
            ),
            (
                "That was another code, perhaps from a receipt. It was not used and is not shown here.",
                "Scan the test symbol.",
            ),
        ),
        ScanFinding::Foreign(content) => {
            let text = |language| foreign_text(*content, language);
            (
                (text(Language::German), "Scannen Sie das Testsymbol."),
                (text(Language::English), "Scan the test symbol."),
            )
        }
        ScanFinding::Unrecognized => plain(
            (
                "Das ist nicht der Inhalt des Testsymbols.",
                "Haben Sie das Symbol oben gescannt? Dann ist am Scanner eine Umwandlung eingestellt: Setzen Sie ihn auf Werkseinstellung zurück, dann Tastatur auf Deutsch, Suffix Enter.",
            ),
            (
                "This is not what the test symbol says.",
                "Was it the symbol above? Then the scanner converts what it reads: reset it to factory settings, then keyboard of this computer, suffix Enter.",
            ),
        ),
        ScanFinding::EnterSuffix => plain(
            ("Danach kam Enter: Ein Scan genügt, um ein Foto abzurufen.", ""),
            ("Enter came after it: one scan is enough to get a photo.", ""),
        ),
        ScanFinding::TabSuffix => plain(
            (
                "Danach kam Tab: Der Code steht im Feld, aber der Abruf muss angeklickt werden.",
                "Stellen Sie am Scanner als Suffix Enter (CR) statt Tab ein.",
            ),
            (
                "Tab came after it: the code is in the field, but the button has to be pressed.",
                "Set the scanner's suffix to Enter (CR) instead of Tab.",
            ),
        ),
        ScanFinding::ControlSuffix(key) => (
            (
                format!(
                    "Danach kam ein Steuerzeichen ({}) statt Enter. Der Browser hält es für ein Tastenkürzel.",
                    key_name(*key, Language::German)
                ),
                "Stellen Sie am Scanner als Suffix Enter (CR) ein, ohne LF und ETX.",
            ),
            (
                format!(
                    "A control character ({}) came after it instead of Enter. The browser takes it for a shortcut.",
                    key_name(*key, Language::English)
                ),
                "Set the scanner's suffix to Enter (CR), without LF and ETX.",
            ),
        ),
        ScanFinding::NoSuffix => plain(
            (
                "Danach kam nichts: Der Code steht im Feld, aber der Abruf muss angeklickt werden.",
                "Stellen Sie am Scanner als Suffix Enter (CR) ein.",
            ),
            (
                "Nothing came after it: the code is in the field, but the button has to be pressed.",
                "Set the scanner's suffix to Enter (CR).",
            ),
        ),
        ScanFinding::TypedByHand => plain(
            (
                "Das kam so langsam, als wäre es getippt.",
                "Wiederholen Sie es mit dem Scanner: Nur dann sagt der Test etwas über ihn.",
            ),
            (
                "It came as slowly as if typed.",
                "Do it again with the scanner: only then the test says something about it.",
            ),
        ),
    };
    language.pick(german, english)
}

/// The setting to change, in German and English.
fn keyboard_settings(fault: KeyboardFault) -> (&'static str, &'static str) {
    match fault {
        KeyboardFault::HyphenAsEszett => (
            "Stellen Sie am Scanner die Tastatur (Keyboard Country, Layout) auf Deutsch.",
            "Set the scanner's keyboard (country, layout) to German.",
        ),
        KeyboardFault::ShiftLock => {
            ("Lösen Sie die Feststelltaste dieses Computers.", "Release this computer's caps lock.")
        }
        KeyboardFault::French => (
            "Stellen Sie am Scanner die Tastatur (Keyboard Country, Layout) und am Computer die Eingabesprache auf Deutsch.",
            "Set the scanner's keyboard (country, layout) and this computer's input language to the same country.",
        ),
    }
}

/// A key as people call it.
pub(super) fn key_name(key: Keystroke, language: Language) -> String {
    let control = language.pick("Strg", "Ctrl");
    match key {
        Keystroke::Enter => language.pick("Enter ↵", "Enter ↵").into(),
        Keystroke::Tab => "Tab ⇥".into(),
        Keystroke::Control('B') => format!("{control}+B, STX"),
        Keystroke::Control('C') => format!("{control}+C, ETX"),
        Keystroke::Control('J') => format!("{control}+J, LF"),
        Keystroke::Control('M') => format!("{control}+M, CR"),
        Keystroke::Control(letter) => format!("{control}+{letter}"),
    }
}

type TextAndAdvice<T> = (T, &'static str);

fn plain(german: TextAndAdvice<&str>, english: TextAndAdvice<&str>) -> (TextAndAdvice<String>, TextAndAdvice<String>) {
    ((german.0.into(), german.1), (english.0.into(), english.1))
}

fn missing_german(count: usize) -> String {
    if count == 1 { "Ein Zeichen fehlt.".into() } else { format!("{count} Zeichen fehlen.") }
}

fn missing_english(count: usize) -> String {
    if count == 1 { "One character is missing.".into() } else { format!("{count} characters are missing.") }
}

fn surplus_german(count: usize) -> String {
    if count == 1 { "Ein Zeichen ist zu viel.".into() } else { format!("{count} Zeichen sind zu viel.") }
}

fn surplus_english(count: usize) -> String {
    if count == 1 {
        "There is one character too many.".into()
    } else {
        format!("There are {count} characters too many.")
    }
}
