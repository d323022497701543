//! The page of `lichtbild-studio status --html`, and the log of a watch.

skip_in!(quick: "starts the program");

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use lichtbild::clock::{Clock, SystemClock};
use lichtbild::validation::Profile;
use reqwest::Url;
use serde_json::json;

use super::watched_studio::photo;
use crate::support::fake_gateway::{FakeGateway, code_for, photo_in_state};
use crate::support::gateway_process::wait_until;
use crate::support::photos::jpeg::colour_jpeg;
use crate::support::test_gateway::SMALL_PROFILE_TOML;

/// Names that would be code, other URLs or other lines if they were not escaped.
#[cfg(unix)]
const HOSTILE: [&str; 4] =
    ["<img src=x onerror=alert(1)>", "Jürgen Müller 50%25 #1? & \"Co\"", "a\nb\u{202e}gpj", "日本 'x' 📷"];
#[cfg(not(unix))]
const HOSTILE: [&str; 2] = ["Jürgen Müller 50%25 #1 & Co", "日本 'x' 📷"];

async fn gateway() -> FakeGateway {
    let gateway = FakeGateway::with_script([]).await;
    gateway.show_profile(&serde_json::to_value(Profile::parse("small", SMALL_PROFILE_TOML).unwrap()).unwrap());
    fs::create_dir(gateway.directory().join("export")).unwrap();
    gateway
}

fn command(gateway: &FakeGateway, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lichtbild-studio"));
    command.current_dir(gateway.directory()).env("LICHTBILD_STUDIO_CONFIG", gateway.config()).args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

async fn run(mut command: Command) -> Output {
    // On a thread of its own: the gateway that it talks to lives on this one.
    tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

const WATCH: [&str; 7] = ["watch", "export", "--once", "--settle", "0", "--cut-after", "0"];

async fn watch_once(gateway: &FakeGateway, more: &[&str]) -> Output {
    run(command(gateway, &[&WATCH[..], more].concat())).await
}

/// The exit code and the page of the watched folder.
async fn overview(gateway: &FakeGateway, more: &[&str]) -> (Option<i32>, String) {
    let arguments = [&["status", "--html", "--no-open", "--folder", "export"], more].concat();
    let output = run(command(gateway, &arguments)).await;
    let page = fs::read_to_string(gateway.directory().join("status.html"));
    (output.status.code(), page.unwrap_or_else(|_| panic!("{}{}", text(&output.stdout), text(&output.stderr))))
}

fn export(gateway: &FakeGateway, name: &str, bytes: &[u8]) {
    fs::write(gateway.directory().join("export").join(name), bytes).unwrap();
}

fn log(gateway: &FakeGateway) -> String {
    fs::read_to_string(gateway.directory().join("watch.log")).unwrap()
}

/// Paths of all links.
fn links(page: &str) -> Vec<PathBuf> {
    let addresses = page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap().replace("&amp;", "&"));
    addresses.map(|address| Url::parse(&address).unwrap().to_file_path().unwrap()).collect()
}

fn assert_no_codes(gateway: &FakeGateway, shown: &str) {
    for upload in gateway.uploads() {
        let code = code_for(upload.key());
        assert!(!shown.contains(&code) && !shown.contains(&code.replace(['-', ' '], "")), "{shown}");
    }
}

/// The section with this heading.
fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let start = page.find(&format!("<h2>{heading}")).unwrap_or_else(|| panic!("{heading}: {page}"));
    &page[start..start + page[start..].find("</section>").unwrap()]
}

#[tokio::test]
async fn the_page_shows_the_day_and_its_links_lead_to_the_receipts() {
    let gateway = gateway().await;
    for (number, name) in HOSTILE.iter().enumerate() {
        export(&gateway, &format!("{name}.jpg"), &photo(number));
    }
    export(&gateway, "scan.png", b"a scan");
    watch_once(&gateway, &["--lang", "en"]).await;
    let mut refused = photo_in_state(&gateway.uploads()[0], "refused");
    refused["settled_at"] = json!(SystemClock.now());
    refused["refusal"] = json!({"reason": "glasses", "note": "<b>no</b> glasses"});
    gateway.show_photos([refused]);
    export(&gateway, "late.jpg", &photo(9));
    let (code, page) = overview(&gateway, &["--lang", "en"]).await;
    assert!(page.starts_with("<!DOCTYPE html>\n") && page.contains("<html lang=\"en\">"), "{page}");
    assert!(page.contains("Foto Koch") && page.contains("default-src 'none'"), "{page}");
    let today = section(&page, &format!("Deposited today ({})", HOSTILE.len()));
    assert_eq!(
        today.matches("deposited</td>").count() + today.matches("refused at the office on ").count(),
        HOSTILE.len()
    );
    let links = links(&page);
    // The receipt of the photo that an office refused is void.
    assert_eq!(links.len(), 2 * (HOSTILE.len() - 1) + 1, "{links:?}");
    for link in &links {
        assert!(link.is_file(), "{link:?}");
    }
    let pdfs = links.iter().filter(|link| link.to_string_lossy().ends_with(".receipt.pdf"));
    assert_eq!(pdfs.count(), HOSTILE.len() - 1);
    assert!(today.contains("no longer valid"), "{today}");
    let office = section(&page, "Refused at the office (1)");
    assert!(office.contains("&lt;b&gt;no&lt;/b&gt; glasses"), "{office}");
    let refused = section(&page, "Refused, not deposited (1)");
    assert!(refused.contains("scan") && refused.contains("format JPEG"), "{refused}");
    assert!(section(&page, "Waiting (1)").contains("late.jpg</bdi></th><td>in the folder"));
    assert!(section(&page, "Last messages").contains("started: "));
    assert!(section(&page, "Watch of the folder").contains("not running"));
    for forbidden in ["<img", "<b>", "<script", "\u{202e}", "src=\""] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    assert_no_codes(&gateway, &page);
    assert_no_codes(&gateway, &log(&gateway));
    let plain = run(command(&gateway, &["status"])).await;
    assert_eq!(code, plain.status.code());
}

#[tokio::test]
async fn a_running_watch_is_seen_and_not_disturbed() {
    let gateway = gateway().await;
    let mut watch = command(&gateway, &["watch", "export", "--settle", "0", "--lang", "de"]).spawn().unwrap();
    export(&gateway, "anna.jpg", &photo(1));
    let sent = gateway.directory().join("export/sent/anna.jpg");
    wait_until("the photo is sent", async || sent.exists()).await;
    wait_until("it is logged", async || log(&gateway).contains("anna.jpg")).await;
    let (_, page) = overview(&gateway, &[]).await;
    let shown = section(&page, "Überwachung des Ordners");
    assert!(page.contains("<html lang=\"de\">") && shown.contains(">läuft</p>"), "{shown}");
    assert!(shown.contains("<dt>Läuft seit</dt>") && shown.contains("eingeliefert  anna.jpg"), "{shown}");
    assert!(watch.try_wait().unwrap().is_none());
    let _ = watch.kill();
    let _ = watch.wait();
    let (_, page) = overview(&gateway, &[]).await;
    assert!(section(&page, "Überwachung des Ordners").contains(">läuft nicht</p>"));
}

#[tokio::test]
async fn without_a_gateway_the_page_shows_what_is_known_here() {
    let gateway = gateway().await;
    export(&gateway, "anna.jpg", &photo(1));
    watch_once(&gateway, &[]).await;
    let mut refused = photo_in_state(&gateway.uploads()[0], "refused");
    refused["settled_at"] = json!(SystemClock.now());
    refused["refusal"] = json!({"reason": "glasses"});
    gateway.show_photos([refused]);
    watch_once(&gateway, &[]).await;
    gateway.write_config("https://127.0.0.1:1");
    export(&gateway, "bert.jpg", &photo(2));
    export(&gateway, "wide.jpg", &colour_jpeg(90, 45));
    watch_once(&gateway, &["--give-up-after", "2"]).await;
    let (code, page) = overview(&gateway, &["--lang", "en"]).await;
    assert_eq!(code, Some(4));
    assert!(page.contains("The gateway could not be asked."), "{page}");
    assert!(section(&page, "Deposited today (1)").contains("anna"));
    assert!(section(&page, "Refused at the office (1)").contains("anna.jpg"));
    let waiting = section(&page, "Waiting (1)");
    assert!(waiting.contains("bert.jpg</bdi></th><td>will be sent at the next connection"), "{waiting}");
    assert!(section(&page, "Refused, not deposited (1)").contains("wide"));
}

#[tokio::test]
async fn the_folder_is_named_by_the_configuration_and_its_absence_is_told() {
    let gateway = gateway().await;
    let output = run(command(&gateway, &["status", "--html", "--no-open", "--lang", "en"])).await;
    let page = fs::read_to_string(gateway.directory().join("status.html")).unwrap();
    assert!(page.contains("folder = 'PATH'") && !page.contains("<h2>Waiting"), "{page}");
    assert!(text(&output.stdout).trim_end().ends_with("status.html"), "{}", text(&output.stdout));
    let config = fs::read_to_string(gateway.config()).unwrap();
    fs::write(gateway.config(), format!("{config}folder = 'export'\n")).unwrap();
    run(command(&gateway, &["status", "--html", "--no-open", "--lang", "en"])).await;
    let page = fs::read_to_string(gateway.directory().join("status.html")).unwrap();
    assert!(page.contains("Waiting (0)"), "{page}");
    run(command(&gateway, &["status", "--html", "--no-open", "--lang", "en", "--folder", "gone"])).await;
    let page = fs::read_to_string(gateway.directory().join("status.html")).unwrap();
    assert!(section(&page, "Watch of the folder").contains("cannot be read"), "{page}");
    assert!(!gateway.directory().join("gone").exists());
}

#[tokio::test]
async fn another_file_is_not_replaced() {
    let gateway = gateway().await;
    let photo = gateway.directory().join("photo.jpg");
    fs::write(&photo, "a photo").unwrap();
    let output = run(command(&gateway, &["status", "--html", "photo.jpg", "--lang", "en"])).await;
    assert_eq!((output.status.code(), fs::read_to_string(&photo).unwrap().as_str()), (Some(6), "a photo"));
}

#[tokio::test]
async fn a_failure_to_start_is_told_in_the_log_and_on_the_page() {
    let gateway = gateway().await;
    fs::write(gateway.config(), "gateway = 1").unwrap();
    assert_eq!(watch_once(&gateway, &["--lang", "en"]).await.status.code(), Some(6));
    assert!(log(&gateway).contains(" failure ") && log(&gateway).contains("studio.toml"), "{}", log(&gateway));
    let (code, page) = overview(&gateway, &["--lang", "en"]).await;
    let shown = section(&page, "Watch of the folder");
    assert!(code == Some(6) && shown.contains("Last error") && shown.contains("studio.toml"), "{shown}");
}

#[cfg(unix)]
#[tokio::test]
async fn the_page_is_opened_in_the_browser_and_a_failure_of_that_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let gateway = gateway().await;
    let (programs, opened) = (gateway.directory().join("bin"), gateway.directory().join("opened"));
    fs::create_dir(&programs).unwrap();
    let name = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let opener = |script: &str| {
        fs::write(programs.join(name), format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(programs.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    };
    let show = async |more: &[&str]| {
        let mut command = command(&gateway, &[&["status", "--html"], more].concat());
        command.env("PATH", &programs);
        run(command).await
    };
    opener(&format!("echo \"$1\" > '{}'", opened.display()));
    show(&["--no-open"]).await;
    show(&["other.html"]).await;
    assert!(!opened.exists());
    let output = show(&["--lang", "en"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    assert!(PathBuf::from(fs::read_to_string(&opened).unwrap().trim_end()).ends_with("status.html"));
    let mode = fs::metadata(gateway.directory().join("status.html")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    opener("exit 3");
    let output = show(&["--lang", "en"]).await;
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stderr).contains("Open the file yourself"), "{}", text(&output.stderr));
}
