//! Table of several photos in plain text.

use crate::domain::display_text::escaped;
use crate::report::photo_summary::{PhotoSummary, totals_text};
use crate::texts::language::Language;
use crate::texts::text;

/// A header, a line for each photo and a line with the totals.
pub(super) fn table(rows: &[PhotoSummary], language: Language) -> String {
    let mut lines = vec![[
        text!(language, "studio-column-file"),
        text!(language, "studio-column-verdict"),
        text!(language, "studio-column-size"),
        text!(language, "studio-column-eyes"),
        text!(language, "studio-column-roll"),
        text!(language, "studio-column-findings"),
    ]];
    lines.extend(rows.iter().map(|row| {
        [
            // A name must not begin new lines.
            escaped(&row.file).into_owned(),
            row.result.text(language).to_owned(),
            row.size_text(),
            row.eyes_text(),
            row.roll_text(language),
            row.findings(language),
        ]
    }));
    let mut text = String::new();
    for line in aligned(&lines) {
        text.push_str(&line);
        text.push('\n');
    }
    text.push('\n');
    text.push_str(&totals_text(rows, language));
    text
}

/// Lines of text with aligned columns.
pub(in crate::cli::studio) fn aligned<const N: usize>(lines: &[[String; N]]) -> Vec<String> {
    let widest = |column: usize| lines.iter().map(|line| width(&line[column])).max().unwrap_or_default();
    let widths: [usize; N] = std::array::from_fn(widest);
    let text = |line: &[String; N]| {
        let mut written = String::new();
        for (cell, widest) in line.iter().zip(widths) {
            written.push_str(cell);
            // The width counts characters, because umlauts have two bytes.
            written.extend(std::iter::repeat_n(' ', widest - width(cell) + 2));
        }
        written.trim_end().to_owned()
    };
    lines.iter().map(text).collect()
}

fn width(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_add_lines_to_the_table() {
        let rows = [PhotoSummary::unreadable("a\nb.jpg: accepted\u{1b}[2J.jpg".into())];
        let text = table(&rows, Language::English);
        assert_eq!(text.lines().count(), 4, "{text}");
        assert!(text.contains("a\\u{a}b.jpg: accepted\\u{1b}[2J.jpg  unreadable  -     -     -"), "{text}");
    }
}
