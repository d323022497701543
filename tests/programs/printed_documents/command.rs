//! `lichtbild-studio push --pdf` and `lichtbild-studio receipt`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::{PrintedPdf, mode};
use crate::support::fake_gateway::{FakeGateway, ScriptedReply, code_for};

async fn studio(gateway: &FakeGateway, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lichtbild-studio"));
    command.args(arguments).env("LICHTBILD_STUDIO_CONFIG", gateway.config());
    // On a thread of its own: the gateway that it talks to lives on this one.
    tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

struct PrintingStudio {
    gateway: FakeGateway,
    photo: PathBuf,
}

impl PrintingStudio {
    async fn new() -> Self {
        Self::answering([]).await
    }

    async fn answering(script: impl IntoIterator<Item = ScriptedReply>) -> Self {
        let gateway = FakeGateway::with_script(script).await;
        let photo = gateway.directory().join("photo.jpg");
        std::fs::write(&photo, b"\xFF\xD8 a picture").unwrap();
        Self { gateway, photo }
    }

    async fn push(&self, more: &[&str]) -> Output {
        let mut arguments = vec!["push", self.photo.to_str().unwrap(), "--give-up-after", "0"];
        arguments.extend(more);
        studio(&self.gateway, &arguments).await
    }

    fn beside(&self, suffix: &str) -> PathBuf {
        PathBuf::from(format!("{}{suffix}", self.photo.display()))
    }

    fn code(&self) -> String {
        code_for(self.gateway.uploads()[0].key())
    }
}

fn printed(path: &Path) -> PrintedPdf {
    PrintedPdf::new(std::fs::read(path).unwrap())
}

#[tokio::test]
async fn push_with_pdf_leaves_a_receipt_beside_the_photo_for_its_owner_alone() {
    let watched = PrintingStudio::new().await;
    let pdf = watched.beside(".lichtbild-receipt.pdf");
    let run = watched.push(&["--pdf", "--studio", "Foto Koch", "--lang", "en"]).await;
    assert!(run.status.success(), "{}", stderr(&run));
    assert_eq!(mode(&pdf), 0o600);
    let first = std::fs::read(&pdf).unwrap();
    let text = printed(&pdf).text();
    assert!(
        text.contains(&watched.code()) && text.contains("Foto Koch") && text.contains("30 December 2999"),
        "{text}"
    );
    assert_eq!(printed(&pdf).symbol(203), watched.code().replace('-', ""));

    let again = watched.push(&["--pdf", "--studio", "Foto Koch", "--lang", "en"]).await;
    assert!(again.status.success(), "{}", stderr(&again));
    assert_eq!(std::fs::read(&pdf).unwrap(), first, "the same receipt, the same file");
    let roll = watched.push(&["--pdf=roll80"]).await;
    assert!(roll.status.success(), "{}", stderr(&roll));
    assert!(printed(&pdf).information().contains("226.772 x "));
}

#[tokio::test]
async fn a_studio_without_a_name_is_left_out_of_the_receipt() {
    let watched = PrintingStudio::new().await;
    for studio in ["", "  "] {
        let run = watched.push(&["--pdf", "--studio", studio, "--lang", "en"]).await;
        assert!(run.status.success(), "{}", stderr(&run));
        let text = printed(&watched.beside(".lichtbild-receipt.pdf")).text();
        assert!(text.contains(&watched.code()) && !text.contains("Issued by"), "{text}");
    }
}

#[tokio::test]
async fn a_stored_receipt_is_printed_again_without_a_line() {
    let watched = PrintingStudio::new().await;
    assert!(watched.push(&[]).await.status.success());
    let stored = watched.beside(".lichtbild-receipt.json");
    let run = studio(&watched.gateway, &["receipt", stored.to_str().unwrap()]).await;
    assert!(run.status.success(), "{}", stderr(&run));
    let pdf = watched.beside(".lichtbild-receipt.pdf");
    assert_eq!(String::from_utf8(run.stdout).unwrap(), format!("{}\n", pdf.display()));
    assert!(printed(&pdf).text().contains(&watched.code()));
    assert_eq!(mode(&pdf), 0o600);

    let out = watched.gateway.directory().join("other.pdf");
    let arguments =
        ["receipt", stored.to_str().unwrap(), "--out", out.to_str().unwrap(), "--paper", "roll80", "--lang", "en"];
    assert!(studio(&watched.gateway, &arguments).await.status.success());
    assert!(printed(&out).text().contains("Retrieval code"));
    assert_eq!(watched.gateway.uploads().len(), 1);
}

#[tokio::test]
async fn a_receipt_names_the_studio_as_the_gateway_knows_it_unless_told_otherwise() {
    let studio_id = "0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d0e";
    let named = serde_json::json!({ "studio_id": studio_id, "name": "Fotoğraf Şahin", "place": "Köln" });
    let watched = PrintingStudio::answering([ScriptedReply::ReceiptWithField("studio", named)]).await;
    let pdf = watched.beside(".lichtbild-receipt.pdf");
    let pushed = watched.push(&["--pdf"]).await;
    assert!(pushed.status.success(), "{}", stderr(&pushed));
    assert!(printed(&pdf).text().contains("Ausgestellt von Fotoğraf Şahin, Köln"), "{}", printed(&pdf).text());

    // Later, without the gateway.
    std::fs::remove_file(&pdf).unwrap();
    let stored = watched.beside(".lichtbild-receipt.json");
    assert!(studio(&watched.gateway, &["receipt", stored.to_str().unwrap()]).await.status.success());
    assert!(printed(&pdf).text().contains("Fotoğraf Şahin, Köln"));
    assert!(
        studio(&watched.gateway, &["receipt", stored.to_str().unwrap(), "--studio", "Şahin am Dom"])
            .await
            .status
            .success()
    );
    let text = printed(&pdf).text();
    assert!(text.contains("Şahin am Dom") && !text.contains("Fotoğraf"), "{text}");
}

#[tokio::test]
async fn a_line_feed_in_a_file_name_makes_no_second_result() {
    let watched = PrintingStudio::new().await;
    assert!(watched.push(&[]).await.status.success());
    let stored = watched.gateway.directory().join("a\nb.json");
    std::fs::copy(watched.beside(".lichtbild-receipt.json"), &stored).unwrap();
    for expected in [0, 6] {
        let run = studio(&watched.gateway, &["receipt", stored.to_str().unwrap(), "--lang", "en"]).await;
        assert_eq!(run.status.code(), Some(expected), "{}", stderr(&run));
        let shown = if expected == 0 { String::from_utf8(run.stdout).unwrap() } else { stderr(&run) };
        assert!(shown.lines().count() == 1 && shown.contains("a\\u{a}b."), "{shown}");
        std::fs::write(&stored, "no receipt").unwrap();
    }
}

#[tokio::test]
async fn a_photo_is_never_overwritten_by_its_receipt() {
    let watched = PrintingStudio::new().await;
    assert!(watched.push(&[]).await.status.success());
    let before = std::fs::read(&watched.photo).unwrap();
    let stored = watched.beside(".lichtbild-receipt.json");
    let arguments = ["receipt", stored.to_str().unwrap(), "--out", watched.photo.to_str().unwrap(), "--lang", "en"];
    let run = studio(&watched.gateway, &arguments).await;
    assert_eq!(run.status.code(), Some(6));
    assert!(stderr(&run).contains("not a PDF") && run.stdout.is_empty(), "{}", stderr(&run));
    assert_eq!(std::fs::read(&watched.photo).unwrap(), before);
}

#[tokio::test]
async fn what_is_no_stored_receipt_ends_with_6_and_its_name() {
    let watched = PrintingStudio::new().await;
    for path in [watched.photo.clone(), watched.beside(".none")] {
        let run = studio(&watched.gateway, &["receipt", path.to_str().unwrap(), "--lang", "en"]).await;
        assert_eq!(run.status.code(), Some(6));
        assert!(stderr(&run).contains("lichtbild-receipt.json"), "{}", stderr(&run));
    }
    let directory = watched.gateway.directory().join("none").join("receipt.pdf");
    assert!(watched.push(&[]).await.status.success());
    let stored = watched.beside(".lichtbild-receipt.json");
    let run =
        studio(&watched.gateway, &["receipt", stored.to_str().unwrap(), "--out", directory.to_str().unwrap()]).await;
    assert_eq!(run.status.code(), Some(6), "{}", stderr(&run));
}

#[tokio::test]
async fn a_pdf_that_cannot_be_written_does_not_hide_the_code() {
    let watched = PrintingStudio::new().await;
    std::fs::write(watched.beside(".lichtbild-receipt.pdf"), "mine").unwrap();
    let run = watched.push(&["--pdf", "--lang", "en"]).await;
    assert_eq!(run.status.code(), Some(6));
    assert!(String::from_utf8_lossy(&run.stdout).contains(&watched.code()));
    assert!(stderr(&run).contains("its code is valid"), "{}", stderr(&run));
    assert_eq!(std::fs::read(watched.beside(".lichtbild-receipt.pdf")).unwrap(), b"mine");
}
