//! A font with its size: widths, and breaking text into lines.

use super::font::Font;
use crate::domain::display_text::is_mark;

/// A font and its size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TextStyle {
    pub font: Font,
    /// The size in points (1/72 inch).
    pub size_pt: f32,
}

/// One point in millimetres.
pub const MM_PER_PT: f32 = 25.4 / 72.0;

impl TextStyle {
    /// Width of `text` in millimetres, without the space at its end.
    pub fn width_mm(self, text: &str) -> f32 {
        let ems: f32 = self.font.shape(text.trim_end_matches(' ')).iter().map(|glyph| glyph.advance).sum();
        ems * self.size_pt * MM_PER_PT
    }

    /// Distance of two baselines in millimetres.
    pub fn line_mm(self) -> f32 {
        self.size_pt * 1.28 * MM_PER_PT
    }

    /// Distance from the top of a line to its baseline, in millimetres: capitals and figures of these fonts are 0.714 of the
    /// font size high.
    pub fn cap_mm(self) -> f32 {
        self.size_pt * 0.72 * MM_PER_PT
    }

    /// Breaks `text` at spaces into lines of at most `width_mm`; a word that is longer alone is broken where the line ends. The space at
    /// which a line was broken stays at its end, or its words would run together when the text is read.
    pub fn wrap(self, text: &str, width_mm: f32) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = String::new();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let before = line.len();
            if before > 0 {
                line.push(' ');
            }
            line.push_str(word);
            if self.width_mm(&line) <= width_mm {
                continue;
            }
            line.truncate(before);
            if before > 0 {
                line.push(' ');
                lines.push(std::mem::take(&mut line));
            }
            for letter in letters(word) {
                let before = line.len();
                line.push_str(letter);
                // One letter is taken however narrow the column is, or it would never end.
                if before > 0 && self.width_mm(&line) > width_mm {
                    line.truncate(before);
                    lines.push(std::mem::replace(&mut line, letter.to_owned()));
                }
            }
        }
        if !line.is_empty() {
            lines.push(line);
        }
        lines
    }

    /// The same, but no more than `most` lines; where text is left out, the last line ends with an ellipsis.
    pub fn wrap_within(self, text: &str, width_mm: f32, most: usize) -> Vec<String> {
        let mut lines = self.wrap(text, width_mm);
        if lines.len() > most {
            lines.truncate(most);
            if let Some(last) = lines.last_mut() {
                let mut kept = letters(last.trim_end());
                let shortened = |kept: &[&str]| format!("{}…", kept.concat());
                while kept.len() > 1 && self.width_mm(&shortened(&kept)) > width_mm {
                    kept.pop();
                }
                *last = shortened(&kept);
            }
        }
        lines
    }
}

/// The letters of `text`, each with its combining marks.
fn letters(text: &str) -> Vec<&str> {
    let starts = text.char_indices().filter(|(_, character)| !is_mark(*character)).map(|(start, _)| start);
    // A mark without a letter begins the text.
    let mut bounds: Vec<_> = std::iter::once(0).chain(starts).chain([text.len()]).collect();
    bounds.dedup();
    bounds.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: TextStyle = TextStyle { font: Font::Regular, size_pt: 10.0 };

    #[test]
    fn widths_are_those_of_the_font() {
        // Noto Sans: H 741, e 564, l 258, o 605 thousandths.
        assert!((BODY.width_mm("Hello") - 24.26 * MM_PER_PT).abs() < 0.01, "{}", BODY.width_mm("Hello") / MM_PER_PT);
        let typed = TextStyle { font: Font::MonospaceBold, size_pt: 10.0 };
        assert!((typed.width_mm("WWWWW") - typed.width_mm("iiiii")).abs() < f32::EPSILON);
        assert_eq!(BODY.width_mm("M̂ "), BODY.width_mm("M"));
    }

    #[test]
    fn lines_break_at_spaces_and_fit() {
        let text = "Zeigen Sie diesen Beleg, wenn Sie einen Reisepass beantragen.";
        let lines = BODY.wrap(text, 40.0);
        assert!(lines.len() > 2 && lines.iter().all(|line| BODY.width_mm(line) <= 40.0));
        assert_eq!(lines.concat(), text);
    }

    #[test]
    fn a_long_word_is_broken_between_letters_and_nothing_is_lost() {
        let text = format!("a {}", "M̂".repeat(90));
        let lines = BODY.wrap(&text, 30.0);
        assert_eq!(lines[0], "a ");
        assert!(lines[1..].iter().all(|line| BODY.width_mm(line) <= 30.0 && line.starts_with('M')));
        assert_eq!(lines.concat(), text);
        assert_eq!(BODY.wrap("WW", 0.1), ["W", "W"], "an impossible column ends, too");
        assert_eq!(BODY.wrap("\u{302}", 0.1), ["\u{302}"]);
        assert_eq!(BODY.wrap("  ", 30.0), Vec::<String>::new());
    }

    #[test]
    fn text_that_does_not_fit_ends_with_an_ellipsis() {
        let lines = BODY.wrap_within(&"m̂".repeat(200), 30.0, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines[1].ends_with("m̂…"), "{}", lines[1]);
        assert!(BODY.width_mm(&lines[1]) <= 30.0);
        assert_eq!(BODY.wrap_within("Foto Koch", 30.0, 2), ["Foto Koch"]);
    }
}
