//! The four faces, how wide their glyphs are, and breaking text into lines.

/// A font of the fourteen that every PDF reader has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Font {
    /// Helvetica.
    Regular,
    /// Helvetica-Bold.
    Bold,
    /// Courier.
    Monospace,
    /// Courier-Bold.
    MonospaceBold,
}

/// A face and its size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TextStyle {
    /// The face.
    pub font: Font,
    /// The size in points (1/72 inch).
    pub size_pt: f32,
}

/// One point in millimetres.
pub const MM_PER_PT: f32 = 25.4 / 72.0;

impl Font {
    /// All of them, in the order of their resource names.
    pub const ALL: [Self; 4] = [Self::Regular, Self::Bold, Self::Monospace, Self::MonospaceBold];

    /// The PostScript name.
    pub const fn base_font(self) -> &'static [u8] {
        match self {
            Self::Regular => b"Helvetica",
            Self::Bold => b"Helvetica-Bold",
            Self::Monospace => b"Courier",
            Self::MonospaceBold => b"Courier-Bold",
        }
    }

    /// The name in a page's resources.
    pub const fn resource(self) -> &'static [u8] {
        match self {
            Self::Regular => b"F0",
            Self::Bold => b"F1",
            Self::Monospace => b"F2",
            Self::MonospaceBold => b"F3",
        }
    }

    /// In thousandths of the size.
    fn advance(self, glyph: u8) -> u16 {
        let position = usize::from(glyph.saturating_sub(32));
        match self {
            Self::Regular => HELVETICA[position],
            Self::Bold => HELVETICA_BOLD[position],
            Self::Monospace | Self::MonospaceBold => 600,
        }
    }
}

impl TextStyle {
    /// Width of `glyphs` (Windows-1252) in millimetres.
    pub fn width_mm(self, glyphs: &[u8]) -> f32 {
        let thousandths: u32 = glyphs.iter().map(|glyph| u32::from(self.font.advance(*glyph))).sum();
        thousandths as f32 / 1000.0 * self.size_pt * MM_PER_PT
    }

    /// From one baseline to the next, in millimetres.
    pub fn line_mm(self) -> f32 {
        self.size_pt * 1.28 * MM_PER_PT
    }

    /// From the top of a line to its baseline, in millimetres: capitals and figures of these faces are 0.72 of their size high.
    pub fn cap_mm(self) -> f32 {
        self.size_pt * 0.72 * MM_PER_PT
    }

    /// Breaks `glyphs` at spaces into lines of at most `width_mm`; a word that is longer alone is broken where the line ends.
    pub fn wrap(self, glyphs: &[u8], width_mm: f32) -> Vec<Vec<u8>> {
        let mut lines = Vec::new();
        let mut line: Vec<u8> = Vec::new();
        for word in glyphs.split(|glyph| *glyph == b' ').filter(|word| !word.is_empty()) {
            let before = line.len();
            if before > 0 {
                line.push(b' ');
            }
            line.extend(word);
            if self.width_mm(&line) <= width_mm {
                continue;
            }
            line.truncate(before);
            if before > 0 {
                lines.push(std::mem::take(&mut line));
            }
            for glyph in word {
                line.push(*glyph);
                // One glyph is taken however narrow the column is, or it would never end.
                if line.len() > 1 && self.width_mm(&line) > width_mm {
                    line.pop();
                    lines.push(std::mem::replace(&mut line, vec![*glyph]));
                }
            }
        }
        if !line.is_empty() {
            lines.push(line);
        }
        lines
    }

    /// The same, but no more than `most` lines; where text is left out, the last line ends with an ellipsis.
    pub fn wrap_within(self, glyphs: &[u8], width_mm: f32, most: usize) -> Vec<Vec<u8>> {
        const ELLIPSIS: u8 = 0x85;
        let mut lines = self.wrap(glyphs, width_mm);
        if lines.len() > most {
            lines.truncate(most);
            if let Some(last) = lines.last_mut() {
                last.push(ELLIPSIS);
                while last.len() > 1 && self.width_mm(last) > width_mm {
                    last.remove(last.len() - 2);
                }
            }
        }
        lines
    }
}

// Widths of the glyphs 32 to 255 in WinAnsiEncoding, from Adobe's "Core 14" font metrics (Helvetica.afm, Helvetica-Bold.afm, version
// 002.000), which may be used and copied for any purpose. Places without a glyph count as a bullet, as readers show them.
#[rustfmt::skip]
const HELVETICA: [u16; 224] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
    333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584, 350,
    556, 350, 222, 556, 333, 1000, 556, 556, 333, 1000, 667, 333, 1000, 350, 611, 350,
    350, 222, 222, 333, 333, 350, 556, 1000, 333, 1000, 500, 333, 944, 350, 500, 667,
    278, 333, 556, 556, 556, 556, 260, 556, 333, 737, 370, 556, 584, 333, 737, 333,
    400, 584, 333, 333, 333, 556, 537, 278, 333, 333, 365, 556, 834, 834, 834, 611,
    667, 667, 667, 667, 667, 667, 1000, 722, 667, 667, 667, 667, 278, 278, 278, 278,
    722, 722, 778, 778, 778, 778, 778, 584, 778, 722, 722, 722, 722, 667, 667, 611,
    556, 556, 556, 556, 556, 556, 889, 500, 556, 556, 556, 556, 278, 278, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 584, 611, 556, 556, 556, 556, 500, 556, 500,
];
#[rustfmt::skip]
const HELVETICA_BOLD: [u16; 224] = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611,
    975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556,
    333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611,
    611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584, 350,
    556, 350, 278, 556, 500, 1000, 556, 556, 333, 1000, 667, 333, 1000, 350, 611, 350,
    350, 278, 278, 500, 500, 350, 556, 1000, 333, 1000, 556, 333, 944, 350, 500, 667,
    278, 333, 556, 556, 556, 556, 280, 556, 333, 737, 370, 556, 584, 333, 737, 333,
    400, 584, 333, 333, 333, 611, 556, 278, 333, 333, 365, 556, 834, 834, 834, 611,
    722, 722, 722, 722, 722, 722, 1000, 722, 667, 667, 667, 667, 278, 278, 278, 278,
    722, 722, 778, 778, 778, 778, 778, 584, 778, 722, 722, 722, 722, 667, 667, 611,
    556, 556, 556, 556, 556, 556, 889, 556, 556, 556, 556, 556, 278, 278, 278, 278,
    611, 611, 611, 611, 611, 611, 611, 584, 611, 611, 611, 611, 611, 556, 611, 556,
];

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: TextStyle = TextStyle { font: Font::Regular, size_pt: 10.0 };

    #[test]
    fn widths_are_those_of_the_metrics() {
        // Helvetica.afm: H 722, e 556, l 222, o 556.
        assert!((BODY.width_mm(b"Hello") - 22.78 * MM_PER_PT).abs() < 0.001);
        assert_eq!(HELVETICA[usize::from(b'\'' - 32)], 191);
        assert_eq!(HELVETICA_BOLD[0xFC - 32], 611, "udieresis");
        assert_eq!(HELVETICA[0xDF - 32], 611, "germandbls");
        let typed = TextStyle { font: Font::MonospaceBold, size_pt: 10.0 };
        assert!((typed.width_mm(b"WWWWW") - typed.width_mm(b"iiiii")).abs() < f32::EPSILON);
    }

    #[test]
    fn lines_break_at_spaces_and_fit() {
        let text = b"Zeigen Sie diesen Beleg, wenn Sie einen Reisepass beantragen.";
        let lines = BODY.wrap(text, 40.0);
        assert!(lines.len() > 2 && lines.iter().all(|line| BODY.width_mm(line) <= 40.0));
        assert_eq!(lines.join(&b' '), text);
    }

    #[test]
    fn a_long_word_is_broken_and_nothing_is_lost() {
        let text = [b"a ".as_slice(), &[b'W'; 90]].concat();
        let lines = BODY.wrap(&text, 30.0);
        assert_eq!(lines[0], b"a");
        assert!(lines.iter().all(|line| BODY.width_mm(line) <= 30.0));
        assert_eq!(lines[1..].concat(), [b'W'; 90]);
        assert_eq!(BODY.wrap(b"WW", 0.1), [b"W", b"W"], "an impossible column ends, too");
        assert_eq!(BODY.wrap(b"  ", 30.0), Vec::<Vec<u8>>::new());
    }

    #[test]
    fn text_that_does_not_fit_ends_with_an_ellipsis() {
        let lines = BODY.wrap_within(&[b'm'; 200], 30.0, 2);
        assert_eq!((lines.len(), lines[1].last()), (2, Some(&0x85)));
        assert!(BODY.width_mm(&lines[1]) <= 30.0);
        assert_eq!(BODY.wrap_within(b"Foto Koch", 30.0, 2), [b"Foto Koch"]);
    }
}
