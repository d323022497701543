//! Measured values and limits in the words of a language. A finding is stored with English terms and shown in German too.

use crate::texts::language::Language;
use crate::texts::{has_text, text};

/// The value in the words and with the decimal mark of `language`. Names from the file stay as they are.
pub fn localised(text: &str, language: Language) -> String {
    let phrase = phrase(text, language);
    if language == Language::English || phrase != text {
        return phrase;
    }
    // A text without a number is a name: of a colour profile, for example.
    if !text.contains(|character: char| character.is_ascii_digit()) {
        return text.to_owned();
    }
    text.split(' ').map(|word| localised_word(word, language)).collect::<Vec<_>>().join(" ")
}

/// The value in `language` if it is one of the phrases of this program, else as it is.
pub fn phrase(text: &str, language: Language) -> String {
    let parts = text.split(|sign: char| !sign.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    let id = format!("check-term-{}", parts.collect::<Vec<_>>().join("-").to_ascii_lowercase());
    // A name from the file can have the same letters as a phrase.
    let is_phrase = has_text(&id) && text!(Language::English, id) == text;
    if is_phrase { text!(language, id) } else { text.to_owned() }
}

/// The value as it is read aloud, for pages and messages: `at least 300 px` for `>= 300 px`.
pub fn in_words(text: &str, language: Language) -> String {
    let signs = [(">=", "at-least"), ("<=", "at-most"), (">", "more-than"), ("<", "less-than")];
    let words = |sign: &str| text!(language, format!("check-limit-{sign}"));
    let with_words = signs
        .into_iter()
        .fold(text.to_owned(), |text, (sign, name)| text.replace(&format!("{sign} "), &format!("{} ", words(name))));
    if with_words != text {
        return with_words;
    }
    let is_range = text.split_once(" - ").is_some_and(|(from, to)| {
        let starts_with_digit = |part: &str| part.starts_with(|character: char| character.is_ascii_digit());
        starts_with_digit(from) && starts_with_digit(to)
    });
    if is_range { text.replacen(" - ", &format!(" {} ", words("range")), 1) } else { text.to_owned() }
}

fn localised_word(word: &str, language: Language) -> String {
    let (bare, comma) = word.strip_suffix(',').map_or((word, ""), |bare| (bare, ","));
    let id = format!("check-word-{bare}");
    if has_text(&id) {
        return format!("{}{comma}", text!(language, id));
    }
    if is_decimal(bare) { word.replacen('.', ",", 1) } else { word.to_owned() }
}

/// True for a number with a decimal point, also in parentheses, with a sign or with `:1` or `°` behind it.
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
            ("Fuji - 1", "Fuji - 1", "Fuji - 1"),
            ("3 - Fuji", "3 - Fuji", "3 - Fuji"),
        ] {
            assert_eq!(in_words(limit, Language::German), german);
            assert_eq!(in_words(limit, Language::English), english);
        }
    }
}
