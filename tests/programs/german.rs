//! `--lang de` and `LICHTBILD_LANG=de`: results, messages, errors and help in German.

skip_in!(quick, postgres: "starts the program, with databases of its own");

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::process::Output;

use crate::support::gateway_process::GatewayFolder;

/// Words that English sentences cannot do without, and German ones do not have.
const ENGLISH_WORDS: [&str; 14] =
    ["the", "is", "of", "and", "with", "to", "it", "no", "error:", "because:", "next:", "Usage:", "Options:", "Print"];

fn text_of(output: &Output) -> String {
    [&output.stdout[..], &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

/// Output of a command in German; only the technical part of an error may be English.
fn german(home: &GatewayFolder, command: &[&str]) -> String {
    let text = text_of(&home.run(&[&["--lang", "de"], command].concat()));
    let german = text.split("Ursache: ").next().unwrap();
    let english: Vec<_> = german.split_whitespace().filter(|word| ENGLISH_WORDS.contains(word)).collect();
    assert_eq!(english, Vec::<&str>::new(), "{command:?}: {text}");
    text
}

#[test]
fn the_most_used_commands_speak_german() {
    let home = GatewayFolder::new();
    for (command, part) in [
        (&["init", "--dir", "other"][..], "ist ein neues Gateway angelegt"),
        (&["studio", "list"], "Noch keine. Nächster Schritt: "),
        (&["studio", "invite", "Foto Koch", "--place", "Köln"], "Der Code gilt einmal"),
        (&["office", "add", "Amt Nord", "--place", "Köln"], "Hinzugefügt. Nächster Schritt: "),
        (&["studio", "list"], "aktiv      Foto Koch, Köln"),
        (&["device", "add", "--office", "Amt Nord", "--label", "Schalter 3", "--out", "out"], "gültig bis   "),
        (&["device", "list"], "eingeladen  bis "),
        (&["studio", "suspend", "Foto Koch"], "Foto Koch, Köln ist jetzt gesperrt"),
        (&["studio", "suspend", "Foto Kohc"], "Fehler: Es gibt kein Fotostudio „Foto Kohc“"),
        (&["audit", "verify"], "unversehrt      Zeilen 1 bis "),
        (&["verify"], "Die Datenbank ist unversehrt."),
        (&["confirm-clock"], "Bestätigt: "),
        (&["backup", "copy", "--unsigned"], "Datenbank       "),
        (&["quarantine", "list"], "ist kein Lichtbild mehr gesperrt"),
        (&["profile", "check", "missing.toml"], "Ursache: "),
        (&["device", "revoke", "x"], "Fehler: „x“ ist kein Wert für „<DEVICE_ID>“"),
        (&["studio", "add"], "Fehler: es fehlt: "),
        (&["frobnicate"], "Fehler: unbekannter Befehl „frobnicate“"),
    ] {
        let text = german(&home, command);
        assert!(text.contains(part), "{command:?}: {text}");
    }
}

#[test]
fn the_help_speaks_german() {
    let home = GatewayFolder::empty();
    for (command, parts) in [
        (&["--help"][..], &["Aufruf: lichtbild-gateway [OPTIONEN] <BEFEHL>", "Befehle:", "Hilfe anzeigen"][..]),
        (&["studio", "add", "--help"], &["Fotostudio ohne Gerät hinzufügen", "Argumente:", "Optionen:"]),
        (&["backup", "--help"], &["Mögliche Werte:", "- only: ", "[Standard: without]"]),
    ] {
        let text = german(&home, command);
        assert!(parts.iter().all(|part| text.contains(part)), "{command:?}: {text}");
    }
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

#[test]
fn an_unknown_language_in_the_environment_stops_no_command() {
    let home = GatewayFolder::new();
    let run = |variable: &OsStr, arguments: &[&str]| {
        let output = home.command().env("LICHTBILD_LANG", variable).args(arguments).output().unwrap();
        (output.status.code(), text_of(&output))
    };
    let list = &["studio", "list"][..];
    for value in [&b"xx"[..], b"C.UTF-8", b"\xff"] {
        let value = OsStr::from_bytes(value);
        let (code, text) = run(value, list);
        let first = text.lines().next().unwrap();
        assert!(code == Some(0) && text.contains("None yet."), "{value:?}: {text}");
        assert!(["warning: ", "LICHTBILD_LANG", " de or en"].iter().all(|part| first.contains(part)), "{text}");
        for german in [
            &["--lang", "de", "studio", "list"],
            &["studio", "--lang", "de", "list"],
            &["studio", "list", "--lang=de", "--json"],
        ] {
            let (code, text) = run(value, german);
            assert!(code == Some(0) && !text.contains("LICHTBILD_LANG"), "{german:?}: {text}");
        }
    }
    for (value, part) in [("", "None yet."), ("DE", "Noch keine."), ("de_DE.UTF-8", "Noch keine.")] {
        let (code, text) = run(value.as_ref(), list);
        assert!(code == Some(0) && text.starts_with(part), "{value}: {text}");
    }
}

#[test]
fn wrong_command_lines_are_explained_in_german() {
    let home = GatewayFolder::empty();
    for (command, parts) in [
        (&["frobnicate"][..], &["unbekannter Befehl „frobnicate“"][..]),
        (&["studio", "lst"], &["unbekannter Befehl „lst“", "Vielleicht gemeint: „list“"]),
        (&["studio"], &["Aufruf: ", "Befehle:"]),
        (&["studio", "list", "--jsn"], &["unbekanntes Argument „--jsn“", "Vielleicht gemeint: „--json“"]),
        (&["studio", "list", "--json=1"], &["„1“ ist ein Wert zu viel für „--json“"]),
        (&["studio", "list", "more"], &["unbekanntes Argument „more“"]),
        (&["studio", "add", "--name"], &["unbekanntes Argument „--name“"]),
        (&["studio", "add", "A", "--place"], &["für „--place <PLACE>“ fehlt ein Wert"]),
        (&["studio", "add"], &["es fehlt: "]),
        (&["--lang", "de", "studio", "list"], &["„--lang <de|en>“ ist mehrfach angegeben"]),
        (&["backup", "x", "--keys", "none"], &["„none“ ist kein Wert für", "Möglich: without, only, with"]),
        (&["backup", "x", "--keys"], &["fehlt ein Wert", "Möglich: without, only, with"]),
        (&["device", "revoke", "x"], &["„x“ ist kein Wert für „<DEVICE_ID>“. Bitte eine Kennung angeben"]),
        (&["device", "revoke", ""], &["für „<DEVICE_ID>“ fehlt ein Wert"]),
        (&["init", "--dir", "x", "--host", "a b"], &["Bitte einen vollständigen DNS-Namen"]),
        (&["init", "--dir", "x", "--bind", "y"], &["Bitte eine IP-Adresse ohne Port angeben"]),
        (&["init", "--dir", "x", "--port-base", "y"], &["Bitte eine ganze Zahl angeben."]),
        (&["init", "--dir", "x", "--port-base", "65533"], &["Bitte eine Zahl aus 0-65532 angeben."]),
        (&["init", "--dir", "x", "--public-studio-url", "http://a"], &["Bitte https://, einen Rechnernamen"]),
        (&["studio", "invite", "A", "--place", "B", "--valid", "1y"], &["keine Zeitspanne"]),
        (&["audit", "export", "--from", "y"], &["Bitte einen Tag"]),
        (&["quarantine", "hold", "--as-of", "y"], &["Bitte einen Zeitpunkt"]),
    ] {
        let output = home.run(&[&["--lang", "de"], command].concat());
        let text = text_of(&output);
        assert_eq!(output.status.code(), Some(2), "{command:?}: {text}");
        assert!(parts.iter().all(|part| text.contains(part)), "{command:?}: {text}");
        for wrong in ["error", "sage:", "expected", "value", "tip:", "„“", "\n\n\n", "invalid", "ParseError"] {
            assert!(!text.contains(wrong), "{command:?}, {wrong:?}: {text}");
        }
    }
}

#[test]
fn a_database_that_went_back_in_time_is_explained_in_german() {
    let home = GatewayFolder::new();
    german(&home, &["office", "add", "Amt Nord", "--place", "Köln"]);
    let old = home.beside("old.sqlite");
    std::fs::copy(home.database(), &old).unwrap();
    german(&home, &["office", "add", "Amt Ost", "--place", "Köln"]);
    std::fs::copy(&old, home.database()).unwrap();
    let refused = text_of(&home.run(&["--lang", "de", "office", "add", "Amt West", "--place", "Köln"]));
    let confirmed = text_of(&home.run(&["--lang", "de", "confirm-rollback"]));
    for (text, part) in [
        (&refused, "Warnung: Die Datenbank ist auf einen alten Stand zurückgefallen: das Protokoll"),
        (&refused, "Fehler: Die Datenbank ist auf einen alten Stand zurückgefallen; es wird nichts geändert"),
        (&refused, "Ursache: das Protokoll der Datenbank hat "),
        (&confirmed, "Bestätigt. Befund: das Protokoll der Datenbank hat "),
    ] {
        assert!(text.contains(part) && !text.contains("database error"), "{text}");
    }
}

#[test]
fn a_tip_about_a_wrong_argument_shows_no_password() {
    let home = GatewayFolder::new();
    let argument = "--postgres://user:geheim@host/database";
    for language in ["de", "en"] {
        let output = home.run(&["--lang", language, "studio", "add", "A", "--place", "B", argument]);
        let text = text_of(&output);
        assert!(output.status.code() == Some(2) && text.contains("user:…@host"), "{text}");
        assert!(text.contains("-- --postgres://") && !text.contains("geheim"), "{text}");
    }
    let text = text_of(&home.run(&["--lang", "de", "audit", "export", "--from", "a is not in b"]));
    assert!(!text.contains("Bitte eine Zahl"), "{text}");
}
