//! `--lang de` and `LICHTBILD_LANG=de`: results, messages, errors and help in German.

use std::process::Output;

use crate::support::gateway_process::GatewayFolder;

/// Words that English sentences cannot do without, and German ones do not have.
const ENGLISH_WORDS: [&str; 14] =
    ["the", "is", "of", "and", "with", "to", "it", "no", "error:", "because:", "next:", "Usage:", "Options:", "Print"];

fn text_of(output: &Output) -> String {
    [&output.stdout[..], &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

/// Output without what differs from run to run: numbers, codes, paths and the groups of fingerprints.
fn masked(text: &str) -> String {
    let is_group =
        |word: &str| word.len() == 4 && word.chars().all(|sign| sign.is_ascii_digit() || ('A'..='F').contains(&sign));
    let is_variable = |word: &str| {
        word.contains(|sign: char| sign.is_ascii_digit() || sign == '/')
            || is_group(word)
            || (word.contains('-') && word.len() >= 15)
    };
    let mask = |line: &str| {
        line.split(' ').map(|word| if is_variable(word) { "#" } else { word }).collect::<Vec<_>>().join(" ")
    };
    text.lines().map(mask).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_most_used_commands_speak_german() {
    let home = GatewayFolder::new();
    let mut told = String::new();
    for command in [
        &["init", "--dir", "other"][..],
        &["studio", "list"],
        &["studio", "invite", "Foto Koch", "--place", "Köln"],
        &["office", "add", "Amt Nord", "--place", "Köln"],
        &["studio", "list"],
        &["device", "add", "--office", "Amt Nord", "--label", "Schalter 3", "--out", "out"],
        &["device", "list"],
        &["studio", "suspend", "Foto Koch"],
        &["studio", "suspend", "Foto Kohc"],
        &["audit", "verify"],
        &["verify"],
        &["confirm-clock"],
        &["backup", "copy", "--unsigned"],
        &["quarantine", "list"],
        &["profile", "check", "missing.toml"],
        &["device", "revoke", "x"],
        &["studio", "add"],
        &["frobnicate"],
    ] {
        let output = home.run(&[&["--lang", "de"], command].concat());
        let text = text_of(&output);
        // The technical part of an error stays English.
        let german = text.split("Ursache: ").next().unwrap();
        let found: Vec<_> = german.split_whitespace().filter(|word| ENGLISH_WORDS.contains(word)).collect();
        assert_eq!(found, Vec::<&str>::new(), "{command:?}: {text}");
        told += &format!("$ {}\n{}\n\n", command.join(" "), masked(&text));
    }
    insta::assert_snapshot!("german", told.replace(home.beside("").to_str().unwrap(), "#"));
}

#[test]
fn the_help_speaks_german() {
    let home = GatewayFolder::empty();
    let help = |path: &[&str]| text_of(&home.run(&[&["--lang", "de"], path, &["--help"]].concat()));
    insta::assert_snapshot!("german_help", [help(&[]), help(&["studio", "add"]), help(&["backup"])].join("\n"));
}

#[test]
fn the_environment_chooses_the_language_and_the_option_overrides_it() {
    let home = GatewayFolder::empty();
    let text = |arguments: &[&str]| {
        let output = home.command().env("LICHTBILD_LANG", "de").args(arguments).output().unwrap();
        (output.status.code(), text_of(&output))
    };
    let (code, german) = text(&["studio", "list"]);
    assert!(code == Some(1) && german.starts_with("Fehler: "), "{german}");
    let (code, english) = text(&["studio", "list", "--lang", "en"]);
    assert!(code == Some(1) && english.starts_with("error: "), "{english}");
    let (code, refused) = text(&["studio", "list", "--lang", "fr"]);
    assert!(code == Some(2) && refused.starts_with("Fehler: ") && refused.contains("„fr“"), "{refused}");
}
