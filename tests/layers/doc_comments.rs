//! Doc comments, and their paragraphs, start with a noun or a verb, and none with a question word.

use super::tree::sources;

const QUESTION_WORDS: [&str; 12] =
    ["What", "Whatever", "Who", "Whoever", "Whose", "Whom", "Whether", "Where", "How", "When", "Why", "Which"];

/// Line numbers at which a doc comment, or a paragraph of one, starts with a question word.
fn headless(text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let (mut marker_above, mut text_above) = ("", "");
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim_start();
        let marker = ["///", "//!"].into_iter().find(|marker| line.starts_with(marker)).unwrap_or("");
        let text = line[marker.len()..].trim();
        if !marker.is_empty() && (marker != marker_above || text_above.is_empty() || text_above.starts_with('#')) {
            let first = text.split_whitespace().next().unwrap_or("");
            if QUESTION_WORDS.contains(&first.trim_end_matches(|sign: char| !sign.is_alphanumeric())) {
                found.push(number);
            }
        }
        (marker_above, text_above) = (marker, text);
    }
    found
}

#[test]
fn no_doc_comment_starts_with_a_question_word() {
    let mut found = Vec::new();
    for folder in ["src", "crates", "tests", "benches"] {
        for (file, text) in sources(folder) {
            found.extend(headless(&text).into_iter().map(|line| format!("{folder}/{}:{line}", file.display())));
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_headless_doc_comment_is_found() {
    assert_eq!(headless("/// What a studio sends.\nstruct A;"), [1]);
    assert_eq!(headless("//! Who is served.\n\n/// Whether it is.\nfn f() {}"), [1, 3]);
    assert_eq!(headless("/// A deposit request.\n/// What it holds is below.\nstruct A;"), [0; 0]);
    assert_eq!(headless("struct A {\n    /// Where, in bytes.\n    at: u64,\n}"), [2]);
    assert_eq!(headless("/// A file.\n///\n/// Whatever is in it.\nstruct A;"), [3]);
    assert_eq!(headless("/// A file.\n///\n/// # Errors\n/// When it is missing.\nfn f() {}"), [4]);
    assert_eq!(headless("// What is meant\n/// Whatsoever\nstruct A;"), [0; 0]);
}
