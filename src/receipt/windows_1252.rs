//! Text in Windows-1252, the encoding of the standard fonts (ISO 32000-1, annex D.2, WinAnsiEncoding).
//!
//! Names from all over Europe come near: a letter with a mark that the encoding lacks loses its mark (`Łódź` becomes `Lódz`,
//! `Ő` becomes `Ö`), decomposed letters are put together. Other scripts and pictures become `?`: a wrong guess at somebody's
//! name would be worse than an open gap. What is not displayable is written as `\u{202e}`. The names here are those of businesses, towns
//! and devices; citizens' never come in.

use crate::domain::display_text::{escaped, is_displayable};

/// Characters at 0x80 to 0x9F; the five free places are never looked for.
const UPPER: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8D}Ž\u{8F}\u{90}‘’“”•–—˜™š›œ\u{9D}žŸ";
/// U+0100 to U+017F without their marks.
const EXTENDED_A: &[u8; 128] = b"AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiYyJjKkkLlLlLlLlLlNnNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";
/// A combining mark, the letters it goes on, and what they become.
const MARKED: [(char, &str, &str); 8] = [
    ('\u{300}', "AEIOUaeiou", "ÀÈÌÒÙàèìòù"),
    ('\u{301}', "AEIOUYaeiouy", "ÁÉÍÓÚÝáéíóúý"),
    ('\u{302}', "AEIOUaeiou", "ÂÊÎÔÛâêîôû"),
    ('\u{303}', "ANOano", "ÃÑÕãñõ"),
    ('\u{308}', "AEIOUYaeiouy", "ÄËÏÖÜŸäëïöüÿ"),
    ('\u{30A}', "Aa", "Åå"),
    ('\u{30C}', "SZsz", "ŠŽšž"),
    ('\u{327}', "Cc", "Çç"),
];

/// `text` as near as Windows-1252 comes; every byte is a glyph of the standard fonts.
pub fn encode(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(mut character) = characters.next() {
        if let Some(composed) = characters.peek().and_then(|mark| compose(character, *mark)) {
            characters.next();
            character = composed;
        }
        match character {
            // A mark that found no letter.
            '\u{300}'..='\u{36F}' => {}
            '\n' => bytes.push(b' '),
            _ if is_displayable(character) => bytes.push(byte_of(character).unwrap_or(b'?')),
            _ => bytes.extend_from_slice(escaped(character.encode_utf8(&mut [0; 4])).as_bytes()),
        }
    }
    bytes
}

fn byte_of(character: char) -> Option<u8> {
    if let Some(position) = UPPER.chars().position(|upper| upper == character) {
        return u8::try_from(0x80 + position).ok();
    }
    match character {
        ' '..='~' | '\u{A0}'..='ÿ' => u8::try_from(u32::from(character)).ok(),
        'Ő' => byte_of('Ö'),
        'ő' => byte_of('ö'),
        'Ű' => byte_of('Ü'),
        'ű' => byte_of('ü'),
        '\u{100}'..='\u{17F}' => EXTENDED_A.get(u32::from(character) as usize - 0x100).copied(),
        'Ș' => Some(b'S'),
        'ș' => Some(b's'),
        'Ț' => Some(b'T'),
        'ț' => Some(b't'),
        'ẞ' => byte_of('ß'),
        '\u{2010}' | '\u{2011}' => Some(b'-'),
        _ if character.is_whitespace() => Some(b' '),
        _ => None,
    }
}

fn compose(letter: char, mark: char) -> Option<char> {
    let (_, plain, marked) = MARKED.iter().find(|(combining, _, _)| *combining == mark)?;
    marked.chars().nth(plain.chars().position(|candidate| candidate == letter)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn converted(text: &str) -> String {
        let upper: Vec<char> = UPPER.chars().collect();
        encode(text)
            .into_iter()
            .map(|byte| match byte {
                0x80..=0x9F => upper[usize::from(byte) - 0x80],
                _ => char::from(byte),
            })
            .collect()
    }

    #[test]
    fn german_and_english_text_stays_as_it_is() {
        let text = "Größe „Äpfel“ – 5 € … ‘quote’ • naïve façade Œuvre Š";
        assert_eq!(converted(text), text);
    }

    #[test]
    fn letters_from_elsewhere_lose_their_marks_only() {
        assert_eq!(converted("Łódź, Győr, Şişli, İzmir, Iași, Čapek"), "Lódz, Györ, Sisli, Izmir, Iasi, Capek");
        assert_eq!(converted("STRAẞE"), "STRAßE");
    }

    #[test]
    fn decomposed_letters_are_put_together() {
        assert_eq!(converted("Du\u{308}sseldorf Ame\u{301}lie z\u{306}"), "Düsseldorf Amélie z");
    }

    #[test]
    fn other_scripts_and_pictures_leave_a_question_mark_and_nothing_else_does() {
        assert_eq!(converted("Фото 📷 Koch\nGmbH"), "???? ? Koch GmbH");
    }

    #[test]
    fn what_is_not_displayable_is_shown_by_its_number() {
        assert_eq!(
            converted("a\u{7}\u{85}\u{9D}\u{AD}\u{202E}b\u{2028}📷\u{FE0F}"),
            "a\\u{7}\\u{85}\\u{9d}\\u{ad}\\u{202e}b\\u{2028}?\\u{fe0f}"
        );
    }

    #[test]
    fn every_mark_has_as_many_letters_before_as_after() {
        for (mark, plain, marked) in MARKED {
            assert_eq!(plain.chars().count(), marked.chars().count(), "{mark:?}");
            assert!(marked.chars().all(|character| byte_of(character).is_some()));
        }
        assert_eq!(UPPER.chars().count(), 32);
    }
}
