//! `lichtbild-studio check` with several photos, folders and an HTML page.

skip_in!(quick, postgres: "starts the programs, with databases of their own");

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::imageops;

use crate::support::gateway_process::mode;
use crate::support::photos::jpeg::fixture;
use crate::support::photos::portraits::{encoded, portrait};

/// A folder with photos.
pub(super) struct PhotoFolder(tempfile::TempDir);

pub(super) struct CheckRun {
    pub(super) code: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl PhotoFolder {
    pub(super) fn with(files: &[(&str, &[u8])]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for (name, bytes) in files {
            fs::write(folder.at(name), bytes).unwrap();
        }
        folder
    }

    pub(super) fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs `check` in the folder, so that names are short, in English.
    pub(super) fn check(&self, arguments: &[&str]) -> CheckRun {
        self.check_by(&[&["--profile", "icao-35x45"], arguments].concat())
    }

    pub(super) fn check_by(&self, arguments: &[&str]) -> CheckRun {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lichtbild-studio"));
        command.current_dir(self.0.path()).args(["check", "--lang", "en"]).args(arguments);
        let output = command.output().unwrap();
        CheckRun {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.at(name)).unwrap()
    }
}

/// Four files: a valid photo, one that is rotated, one that is not a photo, and one in a subfolder.
fn mixed() -> PhotoFolder {
    let folder = PhotoFolder::with(&[
        ("b.JPG", &fixture("portrait-413x531.jpg")),
        ("a-turned.jpeg", &encoded(&imageops::rotate90(&portrait()))),
        ("c.jpg", b"<script>alert(1)</script>"),
        ("notes.txt", b"not asked for"),
    ]);
    fs::create_dir(folder.at("inner")).unwrap();
    fs::write(folder.at("inner/d.jpg"), "").unwrap();
    folder
}

#[test]
fn a_folder_is_told_of_in_a_table() {
    let run = mixed().check(&["."]);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    insta::assert_snapshot!("check_table", run.stdout);
    assert!(!run.stdout.contains("notes") && !run.stdout.contains("inner"));
}

#[test]
fn in_json_a_folder_gives_a_line_for_each_photo_in_their_order() {
    let run = mixed().check(&[".", "--json"]);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    let lines: Vec<serde_json::Value> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let files: Vec<_> = lines.iter().map(|line| line["file"].as_str().unwrap()).collect();
    assert_eq!(files, ["./a-turned.jpeg", "./b.JPG", "./c.jpg"]);
    assert_eq!(lines[1]["verdict"], "accepted");
    assert_eq!(lines[1]["measurements"]["eyes"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        lines[2]["findings"][0]["hint"],
        "Export the photo as JPEG. Changing the file extension to .jpg is not enough."
    );
}

#[test]
fn files_that_cannot_be_read_and_empty_folders_do_not_hold_up_the_others() {
    let folder = mixed();
    let run = folder.check(&["none.jpg", "b.JPG"]);
    assert_eq!(run.code, Some(6));
    assert!(run.stderr.contains("none.jpg cannot be read"), "{}", run.stderr);
    assert!(
        run.stdout.contains("2 photos: 0 accepted, 1 accepted with remarks, 0 refused, 1 unreadable."),
        "{}",
        run.stdout
    );
    fs::create_dir(folder.at("empty")).unwrap();
    let run = folder.check(&["empty"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(6), ""));
    assert!(run.stderr.contains("empty contains no JPEG file"), "{}", run.stderr);
}

#[test]
fn photos_that_are_no_jpeg_by_name_are_counted() {
    let folder = mixed();
    let run = folder.check(&["."]);
    assert!(!run.stderr.contains("not a JPEG"), "{}", run.stderr);
    assert_eq!(run.stderr.matches("not images: ./notes.txt.").count(), 1, "{}", run.stderr);
    assert_eq!(run.stderr.matches("not searched: ./inner.").count(), 1, "{}", run.stderr);
    for (name, told) in [
        ("d.png", "1 image that is not a JPEG was skipped. "),
        ("e.HEIC", "2 images that are not JPEGs were skipped. "),
    ] {
        fs::write(folder.at(name), "").unwrap();
        let run = folder.check(&[".", "--json"]);
        assert_eq!((run.code, run.stdout.lines().count()), (Some(3), 3), "{}", run.stderr);
        assert_eq!(run.stderr.lines().filter(|line| line.starts_with(told)).count(), 1, "{}", run.stderr);
    }
}

/// The fixture has the size of both profiles, which have no other rules.
#[test]
fn rules_of_a_gateways_own_are_read_from_its_file_or_from_its_answer() {
    let photo = fixture("portrait-413x531.jpg");
    let folder = PhotoFolder::with(&[
        ("b.jpg", &photo),
        ("own.toml", b"title = 'Own'\n[pixels]\nwidth = 413\nheight = 531\n"),
        ("larger.toml", b"title = 'Own'\n[pixels]\nwidth = 414\nheight = 531\n"),
        ("own.json", br#" {"name": "own", "title": "Own", "pixels": {"width": 413, "height": 531}}"#),
        (
            "newer.json",
            br#"{"name": "own", "title": "Own", "pixels": {"width": 413, "height": 531}, "smile": {"max": 0}}"#,
        ),
    ]);
    assert_eq!(folder.check_by(&["b.jpg"]).code, Some(3), "not the German size");
    for (file, code, told) in [
        ("own.toml", 0, ""),
        ("larger.toml", 3, ""),
        ("own.json", 0, ""),
        ("newer.json", 0, "Only the gateway checks smile;"),
    ] {
        let run = folder.check_by(&["b.jpg", "--profile-file", file]);
        assert_eq!(run.code, Some(code), "{file}: {}{}", run.stdout, run.stderr);
        assert!(
            run.stderr.contains(told) && (code != 0 || !told.is_empty() || run.stderr.is_empty()),
            "{}",
            run.stderr
        );
        assert!(code == 0 || run.stdout.contains("414 x 531"), "{}", run.stdout);
    }
    assert_eq!(folder.check(&["b.jpg", "--profile-file", "own.toml"]).code, Some(2), "one or the other");
}

#[test]
fn a_file_that_is_no_rules_is_refused_with_its_fault_before_anything_is_judged() {
    let folder = PhotoFolder::with(&[
        ("b.jpg", &fixture("portrait-413x531.jpg")),
        ("misspelt.toml", b"title = 'x'\n[pixels]\nwidht = 1244\n"),
        ("zero.toml", b"title = 'x'\n[pixels]\nwidth = 1244\nheight = 0\n"),
        ("Our Own.toml", b"title = 'x'\n[pixels]\nwidth = 10\nheight = 20\n"),
        ("cut.json", b"{\"name\": \"own\",\n"),
        ("other.json", b"{\"status\": 404}"),
    ]);
    for (file, parts) in [
        ("none.toml", &["none.toml cannot be read", "Check its name"][..]),
        ("misspelt.toml", &["line 3", "widht", "Correct the file"]),
        ("zero.toml", &["line 4", "pixels.height is not valid", "1 to 3200"]),
        ("Our Own.toml", &["file name", "a-z, 0-9 and -"]),
        ("cut.json", &["line 2", "GET /v1/profile"]),
        ("other.json", &["not the answer of GET /v1/profile", "name, title or pixels"]),
    ] {
        let run = folder.check_by(&["b.jpg", "--profile-file", file]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(6), ""), "{file}: {}", run.stderr);
        assert!(run.stderr.contains("Nothing was checked"), "{}", run.stderr);
        for part in parts {
            assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
        }
    }
}

/// The images in a page.
fn pictures(page: &str) -> Vec<Vec<u8>> {
    let starts = page.match_indices("data:image/jpeg;base64,").map(|(at, marker)| at + marker.len());
    starts.map(|start| STANDARD.decode(page[start..].split('"').next().unwrap()).unwrap()).collect()
}

#[test]
fn a_page_carries_the_photos_byte_for_byte_and_asks_for_nothing_else() {
    let folder = mixed();
    let run = folder.check(&[".", "--html", "report.html"]);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    assert!(run.stderr.contains("report.html"), "{}", run.stderr);
    let page = folder.read("report.html");
    let read = |name: &str| fs::read(folder.at(name)).unwrap();
    assert!(pictures(&page) == [read("a-turned.jpeg"), read("b.JPG")], "and none for what is no photo");
    for part in
        [r#"<html lang="en">"#, "default-src &apos;none&apos;", "<title>", r#"alt="Photo ./b.JPG, 413 x 531 pixels""#]
    {
        assert!(page.contains(part) || page.contains(&part.replace("&apos;", "'")), "{part}");
    }
    for part in ["<script", "http://", "https://", "<link", "url(", " src=\"/", " on"] {
        let outside: String =
            page.split("base64,").map(|piece| piece.split_once('"').map_or(piece, |(_, rest)| rest)).collect();
        let found = outside
            .find(part)
            .filter(|_| part != " on" || outside.contains(" onload=") || outside.contains(" onerror="));
        assert_eq!(found, None, "{part}");
    }
    assert!(page.contains("The file is not a JPEG."), "the finding is there all the same");
    assert_eq!(mode(&folder.at("report.html")), 0o600, "it holds photos");
}

#[test]
fn a_line_feed_in_a_file_name_begins_no_line_of_the_page_or_the_result() {
    let folder = PhotoFolder::with(&[("a\n\tb.jpg", &encoded(&portrait())), ("c\n\td.jpg", b"no photo")]);
    let run = folder.check(&[".", "--html", "report.html"]);
    let page = folder.read("report.html");
    for shown in [&run.stdout, &page] {
        assert!(shown.contains("a\\u{a}\\u{9}b.jpg") && !shown.contains("\n\tb.jpg"), "{}", run.stdout);
        assert!(shown.contains("c\\u{a}\\u{9}d.jpg") && !shown.contains("\n\td.jpg"), "{}", run.stdout);
    }
    assert!(page.contains("alt=\"Photo ./a\\u{a}\\u{9}b.jpg, "), "the picture is named as the heading is");
    let run = folder.check(&["a\n\tb.jpg"]);
    assert!(run.stdout.starts_with("a\\u{a}\\u{9}b.jpg: "), "{}", run.stdout);
}

#[test]
fn the_style_is_the_one_that_the_policy_lets_in() {
    use sha2::{Digest, Sha256};
    let folder = mixed();
    assert_eq!(folder.check(&["b.JPG", "--html", "report.html"]).code, Some(0));
    let page = folder.read("report.html");
    let style = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
    assert!(page.contains(&format!("sha256-{}", STANDARD.encode(Sha256::digest(style.as_bytes())))));
    assert!(!page.contains(" style="), "a style that stands elsewhere would not be let in");
}

#[test]
fn a_hostile_name_stays_a_name() {
    let name = "<img src=x onerror=alert(1)>\"&.jpg";
    let folder = PhotoFolder::with(&[(name, &fixture("portrait-413x531.jpg"))]);
    assert_eq!(folder.check(&[".", "--html", "report.html"]).code, Some(0));
    let page = folder.read("report.html");
    assert!(!page.contains("<img src=x") && page.contains("&lt;img src=x onerror=alert(1)&gt;&quot;&amp;.jpg"));
}

#[test]
fn a_page_replaces_a_page_and_nothing_else() {
    let folder = mixed();
    let whole = fs::read(folder.at("b.JPG")).unwrap();
    let run = folder.check(&["b.JPG", "--html", "b.JPG"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(6), ""), "before anything is judged");
    assert!(run.stderr.contains("was not changed") && fs::read(folder.at("b.JPG")).unwrap() == whole, "{}", run.stderr);
    assert_eq!(folder.check(&["b.JPG", "--html", "inner"]).code, Some(6));
    assert_eq!(folder.check(&["b.JPG", "--html", "nowhere/report.html"]).code, Some(6));

    assert_eq!(folder.check(&["b.JPG", "--html", "report.html"]).code, Some(0));
    assert_eq!(folder.check(&["c.jpg", "--html", "report.html"]).code, Some(3));
    assert!(pictures(&folder.read("report.html")).is_empty(), "the page of the last run");
    let left = |folder: &Path| {
        fs::read_dir(folder)
            .unwrap()
            .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains(".tmp"))
            .count()
    };
    assert_eq!(left(folder.0.path()), 0, "no temporary file stays behind");
}

#[cfg(target_os = "linux")]
#[test]
fn a_pipe_under_the_name_of_a_page_is_left_alone() {
    use std::os::unix::fs::OpenOptionsExt;
    /// `O_NONBLOCK` on Linux.
    const WITHOUT_WAITING: i32 = 0o4000;

    let folder = mixed();
    let pipe = folder.at("report.html");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut command = Command::new(env!("CARGO_BIN_EXE_lichtbild-studio"));
    command.current_dir(folder.0.path()).args(["check", "b.JPG", "--html", "report.html"]);
    let mut program = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let code = loop {
        if let Some(status) = program.try_wait().unwrap() {
            break status.code();
        }
        // A pipe can be opened for writing without blocking only if a reader has it open. A program that opened it would block for ever.
        let waits = fs::OpenOptions::new().write(true).custom_flags(WITHOUT_WAITING).open(&pipe).is_ok();
        if waits {
            program.kill().unwrap();
            program.wait().unwrap();
        }
        assert!(!waits, "the pipe was opened");
        std::thread::yield_now();
    };
    assert_eq!(code, Some(6));
}

#[test]
fn a_pattern_is_expanded_where_the_shell_does_not_do_it() {
    let folder =
        PhotoFolder::with(&[("b.jpg", &fixture("portrait-413x531.jpg")), ("a.jpg", b"no photo"), ("c.txt", b"")]);
    let run = folder.check(&["*.jpg", "--json"]);
    let files: Vec<serde_json::Value> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(files.iter().map(|line| &line["file"]).collect::<Vec<_>>(), ["a.jpg", "b.jpg"], "{}", run.stderr);
    let none = folder.check(&["*.jpeg", "b.jpg"]);
    assert_eq!(none.code, Some(6), "{}", none.stderr);
    assert!(
        none.stderr.contains("No file matches *.jpeg.") && none.stderr.contains("give the folder"),
        "{}",
        none.stderr
    );
}
