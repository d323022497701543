//! The three fonts, and the glyphs of a text in them.

use std::ops::Range;
use std::sync::LazyLock;

use harfrust::{Direction, FontRef, ShapeOptions, ShaperData, UnicodeBuffer};
use icu_normalizer::ComposingNormalizerBorrowed;

use crate::domain::display_text::{escaped, with_bounded_marks};

/// An embedded font; origin, licence and digests are in `fonts/README.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Font {
    Regular,
    Bold,
    /// Noto Sans Mono Bold, which has ASCII only.
    MonospaceBold,
}

/// A glyph of a text, in parts of the font size.
pub struct PlacedGlyph {
    /// The glyph's number in its font; 0 stands for a character that the font lacks.
    pub id: u32,
    /// Bytes of the text that the glyph shows, together with others of the same range.
    pub text_range: Range<usize>,
    pub advance: f32,
    pub x_offset: f32,
    pub y_offset: f32,
}

/// Replaces characters that a font lacks; all three fonts show it.
const REPLACEMENT: char = char::REPLACEMENT_CHARACTER;

/// Marks that are drawn on one letter. Names in German registers have two at most (DIN 91379). More marks would cover the lines above: the
/// code and the last day of a receipt.
const MAX_MARKS: usize = 3;

struct Face {
    font: FontRef<'static>,
    shaper: ShaperData,
}

/// In the order of [`Font::ALL`]. An unreadable font file, which a test rules out, gives no glyphs and therefore no document.
static FACES: LazyLock<[Option<Face>; 3]> = LazyLock::new(|| {
    Font::ALL.map(|font| {
        let font = FontRef::new(font.file()).ok()?;
        Some(Face { shaper: ShaperData::new(&font), font })
    })
});

impl Font {
    pub const ALL: [Self; 3] = [Self::Regular, Self::Bold, Self::MonospaceBold];

    pub const fn file(self) -> &'static [u8] {
        match self {
            Self::Regular => include_bytes!("fonts/NotoSans-Regular.ttf"),
            Self::Bold => include_bytes!("fonts/NotoSans-Bold.ttf"),
            Self::MonospaceBold => include_bytes!("fonts/NotoSansMono-Bold.ttf"),
        }
    }

    /// The glyphs of `text`, from left to right, with combining marks on their letters.
    pub fn shape(self, text: &str) -> Vec<PlacedGlyph> {
        let Some(face) = &FACES[self as usize] else { return Vec::new() };
        let shaper = face.shaper.shaper(&face.font).build();
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        buffer.guess_segment_properties();
        buffer.set_direction(Direction::LeftToRight);
        let shaped = shaper.shape(buffer, ShapeOptions::new());
        let em = shaper.units_per_em() as f32;
        let starts: Vec<_> = shaped.glyph_infos().iter().map(|info| info.cluster as usize).collect();
        let glyphs = shaped.glyph_infos().iter().zip(shaped.glyph_positions()).enumerate();
        glyphs
            .map(|(index, (info, position))| {
                let end = starts[index..].iter().find(|start| **start > starts[index]).copied().unwrap_or(text.len());
                PlacedGlyph {
                    id: info.glyph_id,
                    text_range: starts[index]..end,
                    advance: position.x_advance as f32 / em,
                    x_offset: position.x_offset as f32 / em,
                    y_offset: position.y_offset as f32 / em,
                }
            })
            .collect()
    }

    /// `text` as this font can show it: composed (NFC), with `MAX_MARKS` on a letter at most and escapes for characters that are not
    /// displayable. U+FFFD replaces letters and marks that the font lacks, because a guess could change a name.
    pub fn printable(self, text: &str) -> String {
        let text = text.replace('\n', " ");
        let text = ComposingNormalizerBorrowed::new_nfc().normalize(&text);
        let mut text = escaped(&with_bounded_marks(&text, MAX_MARKS)).into_owned();
        let mut absent: Vec<_> =
            self.shape(&text).into_iter().filter(|glyph| glyph.id == 0).map(|glyph| glyph.text_range).collect();
        absent.dedup();
        for range in absent.into_iter().rev() {
            text.replace_range(range, REPLACEMENT.encode_utf8(&mut [0; 4]));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::digest::Sha256Digest;

    const DIN_91379: &str = include_str!("fonts/din91379.txt");

    #[test]
    fn marks_that_would_grow_through_the_lines_above_are_not_drawn() {
        let name = format!("Koch{}", "\u{301}".repeat(60));
        assert_eq!(Font::Regular.printable(&name), "Koch\u{301}\u{301}\u{301}");
    }

    #[test]
    fn the_fonts_are_those_of_the_readme() {
        for font in Font::ALL {
            let digest = Sha256Digest::of(font.file()).to_string();
            assert!(include_str!("fonts/README.md").contains(&digest), "{font:?} {digest}");
        }
    }

    #[test]
    fn every_letter_and_sequence_of_the_standard_for_names_is_printed_as_it_is() {
        let texts: Vec<_> = DIN_91379
            .lines()
            .filter(|line| !line.starts_with("# "))
            .flat_map(str::split_whitespace)
            .filter(|text| !["∞", "≤", "≥"].contains(text))
            .collect();
        assert!(texts.len() > 850, "{}", texts.len());
        for font in [Font::Regular, Font::Bold] {
            for text in &texts {
                assert_eq!(font.printable(text), *text, "{font:?}");
                let decomposed = icu_normalizer::DecomposingNormalizerBorrowed::new_nfd().normalize(text);
                assert_eq!(font.printable(&decomposed), *text, "{font:?}");
            }
        }
        for ascii in ' '..='~' {
            assert_eq!(Font::MonospaceBold.printable(&ascii.to_string()), ascii.to_string());
        }
    }

    #[test]
    fn marks_stand_on_their_letters() {
        for text in ["M̂", "C̨̆", "l̥̄", "Ṣ̄", "k̛"] {
            let glyphs = Font::Regular.shape(text);
            assert!(glyphs.len() > 1, "{text}");
            let (letter, marks) = glyphs.split_first().unwrap();
            assert!(letter.advance > 0.1, "{text}");
            for mark in marks {
                assert_eq!(mark.advance, 0.0, "{text}");
                assert!(mark.x_offset != 0.0 || mark.y_offset != 0.0, "{text}");
                assert_eq!(mark.text_range, 0..text.len());
            }
        }
    }

    #[test]
    fn what_a_font_lacks_is_seen_to_be_lacking() {
        for (text, shown) in [
            ("Foto 📷 Łódź", "Foto \u{fffd} Łódź"),
            ("北京", "\u{fffd}\u{fffd}"),
            ("a\u{202e}b\nc", "a\\u{202e}b c"),
            ("", ""),
        ] {
            assert_eq!(Font::Regular.printable(text), shown);
        }
        assert_ne!(Font::Regular.shape("\u{fffd}")[0].id, 0);
    }
}
