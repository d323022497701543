//! Measured values and limits in the words of a language. A finding is stored once, with English terms, and read in German too.

use crate::texts::language::Language;

/// Whole values that are words, in English and German.
#[rustfmt::skip]
const PHRASES: [(&str, &str); 32] = [
    ("unknown", "unbekannt"),
    ("none", "keine"),
    ("missing", "fehlt"),
    ("unreadable", "nicht lesbar"),
    ("progressive", "progressiv"),
    ("lossless", "verlustfrei"),
    ("hierarchical", "hierarchisch"),
    ("arithmetic", "arithmetisch"),
    ("separate scans", "getrennte Durchgänge"),
    ("baseline", "Baseline (Standard)"),
    ("shades of grey", "Graustufen"),
    ("colour", "Farbe"),
    ("printing colours (CMYK)", "Druckfarben (CMYK)"),
    ("printing colours (YCCK)", "Druckfarben (YCCK)"),
    ("two contradictory notes", "zwei widersprüchliche Angaben"),
    ("unknown colours", "unbekannte Farben"),
    ("ordinary JPEG colours (YCbCr)", "gewöhnliche JPEG-Farben (YCbCr)"),
    ("end marker missing", "Endmarke fehlt"),
    ("end marker", "Endmarke vorhanden"),
    ("JPEG standard (ITU-T T.81)", "JPEG-Standard (ITU-T T.81)"),
    ("no frame header", "kein Bildkopf"),
    ("GPS position", "GPS-Position"),
    ("capture date", "Aufnahmedatum"),
    ("year:month:day hour:minute:second", "Jahr:Monat:Tag Stunde:Minute:Sekunde"),
    ("mirrored", "gespiegelt"),
    ("turned and mirrored", "gedreht und gespiegelt"),
    ("turned by 180°", "um 180° gedreht"),
    ("turned by 90° to the right", "um 90° nach rechts gedreht"),
    ("turned by 90° to the left", "um 90° nach links gedreht"),
    ("undefined note", "nicht definierter Vermerk"),
    ("upright", "aufrecht"),
    ("taller than wide", "höher als breit"),
];

/// Single words within values, in English and German.
const WORDS: [(&str, &str); 12] = [
    ("bytes", "Byte"),
    ("byte", "Byte"),
    ("at", "bei"),
    ("bit", "Bit"),
    ("stops", "Blenden"),
    ("segments", "Segmente"),
    ("blocks", "Blöcke"),
    ("block", "Block"),
    ("channels", "Kanäle"),
    ("quality", "Qualität"),
    ("or", "oder"),
    ("compressed", "komprimiert"),
];

/// The value in the words and with the decimal mark of `language`. Names that a file gives itself stay as they are.
pub fn localised(text: &str, language: Language) -> String {
    let phrase = phrase(text, language);
    if language == Language::English || phrase != text {
        return phrase;
    }
    // A text without a number is a name: of a colour profile, for example.
    if !text.contains(|character: char| character.is_ascii_digit()) {
        return text.to_owned();
    }
    text.split(' ').map(german_word).collect::<Vec<_>>().join(" ")
}

/// The value in `language` if it is one of the phrases of this program, else as it is.
pub fn phrase(text: &str, language: Language) -> String {
    let known = PHRASES.iter().find(|(english, _)| *english == text);
    known.map_or(text, |(english, german)| language.pick(german, english)).to_owned()
}

/// The value as it is read aloud, for pages and messages: `at least 300 px` for `>= 300 px`.
pub fn in_words(text: &str, language: Language) -> String {
    let signs = [
        (">= ", "mindestens ", "at least "),
        ("<= ", "höchstens ", "at most "),
        ("> ", "mehr als ", "more than "),
        ("< ", "weniger als ", "less than "),
    ];
    let told = signs
        .into_iter()
        .fold(text.to_owned(), |text, (sign, german, english)| text.replace(sign, language.pick(german, english)));
    if told != text {
        return told;
    }
    let is_range = text.split_once(" - ").is_some_and(|(from, to)| {
        let starts_with_digit = |part: &str| part.starts_with(|character: char| character.is_ascii_digit());
        starts_with_digit(from) && starts_with_digit(to)
    });
    if is_range { text.replacen(" - ", language.pick(" bis ", " to "), 1) } else { text.to_owned() }
}

fn german_word(word: &str) -> String {
    let (bare, comma) = word.strip_suffix(',').map_or((word, ""), |bare| (bare, ","));
    if let Some((_, german)) = WORDS.iter().find(|(english, _)| *english == bare) {
        return format!("{german}{comma}");
    }
    if is_decimal(bare) { word.replacen('.', ",", 1) } else { word.to_owned() }
}

/// Reports whether a word is a number with a decimal point, be it in parentheses, with a sign or with `:1` or `°` behind it.
fn is_decimal(word: &str) -> bool {
    let number = word.trim_start_matches(['(', '±', '-', '+']).trim_end_matches([')', '°', '%']);
    let number = number.strip_suffix(":1").unwrap_or(number);
    number.split_once('.').is_some_and(|(whole, fraction)| {
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        digits(whole) && digits(fraction)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn german_values_have_german_words_and_a_decimal_comma() {
        for (stored, german) in [
            ("3.4°", "3,4°"),
            ("271 px", "271 px"),
            ("progressive", "progressiv"),
            ("63.2 %", "63,2 %"),
            ("quality 88, 20.1:1", "Qualität 88, 20,1:1"),
            ("123 bytes, JPEG", "123 Byte, JPEG"),
            ("DHT at byte 12", "DHT bei Byte 12"),
            ("Adobe RGB (1998)", "Adobe RGB (1998)"),
            ("U.S. Web Coated (SWOP) v2", "U.S. Web Coated (SWOP) v2"),
            ("sRGB IEC61966-2.1", "sRGB IEC61966-2.1"),
        ] {
            assert_eq!(localised(stored, Language::German), german);
            assert_eq!(localised(stored, Language::English), stored);
        }
    }

    #[test]
    fn limits_are_read_aloud() {
        for (limit, german, english) in [
            (">= 300 px", "mindestens 300 px", "at least 300 px"),
            ("<= 8°", "höchstens 8°", "at most 8°"),
            (
                "quality >= 95 or <= 15:1",
                "quality mindestens 95 or höchstens 15:1",
                "quality at least 95 or at most 15:1",
            ),
            ("45 - 55 %", "45 bis 55 %", "45 to 55 %"),
            ("0°", "0°", "0°"),
            ("Fuji - own - 1", "Fuji - own - 1", "Fuji - own - 1"),
        ] {
            assert_eq!(in_words(limit, Language::German), german);
            assert_eq!(in_words(limit, Language::English), english);
        }
    }
}
