//! `lichtbild-studio check --rewrite`: progressive photos become baseline files beside the originals.

skip_in!(quick, postgres: "starts the programs, with databases of their own");

use std::fs;
use std::os::unix::fs::PermissionsExt;

use image::ImageFormat;

use super::studio_check::{CheckRun, PhotoFolder};
use crate::support::gateway_process::mode;
use crate::support::photos::jpeg::fixture;

const PORTRAIT: &str = "portrait-413x531.jpg";

fn progressive() -> Vec<u8> {
    fixture("hostile/progressive-portrait.jpg")
}

fn names(folder: &PhotoFolder) -> Vec<String> {
    let entries = fs::read_dir(folder.at("")).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// File and verdict of each line.
fn verdicts(run: &CheckRun) -> Vec<(String, String)> {
    let lines = run.stdout.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    lines.map(|line| (text(&line["file"]), text(&line["verdict"]))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(file, verdict)| ((*file).into(), (*verdict).into())).collect()
}

#[test]
fn a_progressive_photo_is_refused_and_its_baseline_copy_accepted() {
    let folder = PhotoFolder::with(&[("a.jpg", &progressive())]);
    let run = folder.check(&["a.jpg"]);
    assert_eq!(run.code, Some(3), "{}", run.stdout);
    assert_eq!(names(&folder), ["a.jpg"], "nothing is written without being asked for");

    let run = folder.check(&["a.jpg", "--rewrite"]);
    assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.starts_with("a-baseline.jpg: accepted"), "{}", run.stdout);
    let told: Vec<_> = run.stderr.lines().collect();
    let start = "a.jpg was rewritten without loss as a baseline JPEG: a-baseline.jpg. ";
    assert!(matches!(told[..], [line] if line.starts_with(start)), "{told:?}");
    assert!(fs::read(folder.at("a.jpg")).unwrap() == progressive(), "the original is untouched");

    let pixels = |bytes: &[u8]| image::load_from_memory_with_format(bytes, ImageFormat::Jpeg).unwrap();
    let copy = fs::read(folder.at("a-baseline.jpg")).unwrap();
    assert!(pixels(&copy) == pixels(&fixture(PORTRAIT)), "the very pixels of the photo before it became progressive");
}

#[test]
fn photos_that_need_no_copy_get_none() {
    let folder = PhotoFolder::with(&[("a.jpg", &fixture(PORTRAIT)), ("b.jpg", b"no photo")]);
    let run = folder.check(&[".", "--rewrite", "--json"]);
    assert_eq!(verdicts(&run), pairs(&[("./a.jpg", "accepted"), ("./b.jpg", "refused")]));
    assert_eq!(names(&folder), ["a.jpg", "b.jpg"]);
    assert!(!run.stderr.contains("baseline"), "{}", run.stderr);
}

#[test]
fn a_folder_gives_one_line_for_each_photo_however_often_it_is_checked() {
    let folder = PhotoFolder::with(&[
        ("a.JPG", &progressive()),
        ("b.jpeg", &fixture(PORTRAIT)),
        ("c.jpg", &fixture("hostile/non-interleaved.jpg")),
    ]);
    let run = folder.check(&[".", "--rewrite", "--json"]);
    let accepted_copy = ("./a-baseline.jpg", "accepted");
    // The last photo is too small for the profile in any coding.
    let first: serde_json::Value = serde_json::from_str(run.stdout.lines().next().unwrap()).unwrap();
    assert_eq!(first["original"], "./a.JPG");
    let expected = pairs(&[accepted_copy, ("./b.jpeg", "accepted"), ("./c-baseline.jpg", "refused")]);
    assert_eq!(verdicts(&run), expected, "{}", run.stderr);
    assert!(!run.stdout.contains(r#""check":"coding""#), "{}", run.stdout);
    assert_eq!(run.code, Some(3));
    assert_eq!(names(&folder), ["a-baseline.jpg", "a.JPG", "b.jpeg", "c-baseline.jpg", "c.jpg"]);

    let run = folder.check(&[".", "--rewrite", "--json"]);
    assert_eq!(verdicts(&run), expected, "{}", run.stderr);
    assert!(run.stderr.contains("./a.JPG already exists as a baseline JPEG: ./a-baseline.jpg."), "{}", run.stderr);
    assert_eq!(names(&folder).len(), 5);

    let run = folder.check(&[".", "--rewrite"]);
    assert!(run.stdout.contains("3 photos: 0 accepted, 2 accepted with remarks, 1 refused"), "{}", run.stdout);
}

#[test]
fn a_file_that_has_the_copys_name_is_never_replaced() {
    let folder = PhotoFolder::with(&[("a.jpg", &progressive()), ("a-baseline.jpg", b"the bride's photo")]);
    let run = folder.check(&["a.jpg", "--rewrite"]);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    assert!(run.stdout.starts_with("a.jpg: refused"), "{}", run.stdout);
    let told = "a.jpg was not rewritten: a-baseline.jpg exists with other content and was not changed.";
    assert!(run.stderr.contains(told), "{}", run.stderr);
    assert_eq!(fs::read(folder.at("a-baseline.jpg")).unwrap(), b"the bride's photo");

    // A link has the name too, even if its target does not exist.
    fs::remove_file(folder.at("a-baseline.jpg")).unwrap();
    std::os::unix::fs::symlink("elsewhere.jpg", folder.at("a-baseline.jpg")).unwrap();
    assert_eq!(folder.check(&["a.jpg", "--rewrite"]).code, Some(3));
    assert_eq!(names(&folder), ["a-baseline.jpg", "a.jpg"]);
}

#[test]
fn a_photo_that_cannot_be_rewritten_is_judged_as_it_is_with_the_reason() {
    let whole = progressive();
    let cmyk = {
        let mut bytes = whole.clone();
        let frame = bytes.windows(2).position(|pair| pair == [0xFF, 0xC2]).unwrap();
        bytes[frame + 9] = 4;
        bytes
    };
    for (photo, reason) in [
        (&whole[..whole.len() / 2], "the file ends before the image does"),
        (&cmyk[..], "it has 4 colour channels instead of 3"),
        (&fixture("hostile/arithmetic.jpg")[..], "this program cannot read arithmetic"),
    ] {
        let folder = PhotoFolder::with(&[("a.jpg", photo)]);
        let run = folder.check(&["a.jpg", "--rewrite", "--json"]);
        assert_eq!(run.code, Some(3), "{}", run.stderr);
        assert_eq!(verdicts(&run), pairs(&[("a.jpg", "refused")]));
        let told = format!("a.jpg cannot be rewritten: {reason}");
        assert_eq!(run.stderr.lines().filter(|line| line.starts_with(&told)).count(), 1, "{}", run.stderr);
        assert_eq!(names(&folder), ["a.jpg"]);
    }
}

#[test]
fn the_page_shows_the_copy_and_the_copy_is_no_more_readable_than_the_original() {
    for (original, copy) in [(0o644, 0o644), (0o640, 0o600), (0o600, 0o600)] {
        let folder = PhotoFolder::with(&[("a.jpg", &progressive())]);
        fs::set_permissions(folder.at("a.jpg"), fs::Permissions::from_mode(original)).unwrap();
        let run = folder.check(&["a.jpg", "--rewrite", "--html", "report.html"]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let page = fs::read_to_string(folder.at("report.html")).unwrap();
        assert!(page.contains("a-baseline.jpg") && !page.contains("a.jpg,"));
        assert_eq!(mode(&folder.at("a-baseline.jpg")), copy);
    }
}

#[test]
fn a_name_with_line_ends_makes_one_line() {
    let folder = PhotoFolder::with(&[("a\nb.jpg: accepted.jpg", &progressive())]);
    let run = folder.check(&[".", "--rewrite", "--json"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
}

#[test]
fn photos_that_differ_in_their_extension_alone_have_copies_of_their_own() {
    let folder = PhotoFolder::with(&[("a.jpg", &progressive()), ("a.jpeg", &progressive())]);
    let run = folder.check(&[".", "--rewrite", "--json"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(names(&folder), ["a-baseline.jpg", "a.jpeg", "a.jpeg-baseline.jpg", "a.jpg"]);
}
