//! Commands as processes: exit codes, stdout and stderr.

skip_in!(quick, postgres: "starts the program, and has no database");

use std::io::Write;
use std::path::MAIN_SEPARATOR;
use std::process::Stdio;

use lichtbild::domain::code::enrolment_code::EnrolmentCode;
use lichtbild::domain::code::retrieval_code::CodeError;
use serde_json::Value;

use super::enrolling_studio::{EnrollingStudio, utf8};
use super::inviting_gateway::{LookupBehaviour, ScriptedIssuance};

#[tokio::test]
async fn one_line_enrols_and_says_what_comes_next() {
    let studio = EnrollingStudio::invited_today().await;
    let (url, code) = (studio.gateway.url(), studio.gateway.code().to_lowercase().replace('-', " "));
    let fingerprint = studio.gateway.ca_sha256().to_string();
    let run =
        studio.run(&["enrol", &url, &code, "--dir", "lichtbild", "--ca-sha256", &fingerprint, "--lang", "en"]).await;
    assert_eq!(run.status.code(), Some(0), "{}", utf8(&run.stderr));
    assert!(utf8(&run.stdout).starts_with("Enrolled:          Foto Koch, Düsseldorf\n"), "{}", utf8(&run.stdout));
    assert!(utf8(&run.stderr).contains(&fingerprint[..4].to_uppercase()), "{}", utf8(&run.stderr));
    let next = format!("push PHOTO.jpg --config lichtbild{MAIN_SEPARATOR}studio.toml\n");
    assert!(utf8(&run.stderr).ends_with(&next), "{}", utf8(&run.stderr));
    assert!(studio.read("studio.toml").contains("language = \"en\""));

    let again = studio.run(&["enrol", &url, &code, "--dir", "lichtbild"]).await;
    assert_eq!(again.status.code(), Some(6));
    assert!(utf8(&again.stderr).contains("--replace"), "{}", utf8(&again.stderr));
}

#[tokio::test]
async fn a_code_from_the_standard_input_stands_in_no_history_and_json_is_one_line() {
    let studio = EnrollingStudio::invited_today().await;
    let mut command = studio.command(&["enrol", &studio.gateway.url(), "-", "--dir", "lichtbild", "--json"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A pipe of PowerShell may begin with a byte order mark.
    child.stdin.take().unwrap().write_all(format!("\u{feff}{}\r\n", studio.gateway.code()).as_bytes()).unwrap();
    let run = tokio::task::spawn_blocking(move || child.wait_with_output()).await.unwrap().unwrap();
    assert_eq!((run.status.code(), utf8(&run.stdout).lines().count()), (Some(0), 1), "{}", utf8(&run.stderr));
    let line: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(line["device_id"], studio.gateway.device_id().to_string());
    assert_eq!(line["ca_sha256"], studio.gateway.ca_sha256().to_string());
    assert!(line.get("p12_password").is_none());
}

#[tokio::test]
async fn what_is_mistyped_is_told_before_anything_is_sent() {
    let studio = EnrollingStudio::invited_today().await;
    let (url, code) = (studio.gateway.url(), studio.gateway.code());
    // A typing error may look like swapped keys by chance; then another one is used.
    let typos = ["0", "1", "2"].map(|symbol| format!("{symbol}{}", &code[1..]));
    let wrong = typos.into_iter().find(|typo| EnrolmentCode::parse(typo) == Err(CodeError::CheckSymbol)).unwrap();
    let http = format!("http://{url}");
    for (arguments, hint) in [
        ([url.as_str(), &wrong, "--lang", "en"], "one character of the code is wrong"),
        ([&url, &code[1..], "--lang", "en"], "group 1 of the code has 4 characters instead of 5"),
        ([&url, "ÄÄÄÄ", "--lang", "en"], "never occurs in a code"),
        ([&http, &code, "--lang", "en"], "unencrypted"),
        ([&format!("{url}/enrol"), &code, "--lang", "en"], "after host and port"),
        ([&url, &code, "--ca-sha256", "12:34"], "--ca-sha256"),
    ] {
        let run = studio.run(&[&["enrol"], &arguments[..], &["--dir", "lichtbild"]].concat()).await;
        assert_eq!((run.status.code(), utf8(&run.stdout)), (Some(2), ""), "{arguments:?}");
        assert!(utf8(&run.stderr).to_lowercase().contains(&hint.to_lowercase()), "{}", utf8(&run.stderr));
    }
    assert!(studio.gateway.requests().is_empty() && studio.files().is_empty());
}

#[tokio::test]
async fn who_does_not_prove_to_be_the_gateway_ends_with_6_and_an_unknown_code_with_5() {
    let studio = EnrollingStudio::invited_today().await;
    let (url, code) = (studio.gateway.url(), studio.gateway.code());
    for (looked, exit, hint) in [
        (LookupBehaviour::WithAGuess, 6, "The code was not sent"),
        (LookupBehaviour::AsUnknown, 5, "invitation-unknown"),
    ] {
        studio.gateway.behaviour().lookup = looked;
        let run = studio.run(&["enrol", &url, &code, "--dir", "lichtbild", "--lang", "en"]).await;
        assert_eq!(run.status.code(), Some(exit), "{}", utf8(&run.stderr));
        assert!(utf8(&run.stderr).contains(hint), "{}", utf8(&run.stderr));
    }
    let port = crate::support::gateway_process::free_port();
    let run = studio.run(&["enrol", &format!("127.0.0.1:{port}"), &code, "--dir", "lichtbild"]).await;
    assert_eq!(run.status.code(), Some(4), "{}", utf8(&run.stderr));
}

#[tokio::test]
async fn a_revoked_key_is_named_by_its_file_with_the_folder() {
    let studio = EnrollingStudio::invited_today().await;
    studio.gateway.script_issuances([ScriptedIssuance::Refuses(422, "key-reused")]);
    let run = studio
        .run(&["enrol", &studio.gateway.url(), &studio.gateway.code(), "--dir", "lichtbild", "--lang", "en"])
        .await;
    assert_eq!(run.status.code(), Some(5), "{}", utf8(&run.stderr));
    let advice = format!("Delete the file lichtbild{MAIN_SEPARATOR}device-key.pending.pem and");
    assert!(utf8(&run.stderr).contains(&advice), "{}", utf8(&run.stderr));
    assert!(studio.beside("lichtbild/device-key.pending.pem").exists());
}

#[tokio::test]
async fn a_renewal_that_is_not_due_says_when_and_is_forced() {
    let studio = EnrollingStudio::enrolled_today().await;
    let device = studio.read("device.pem");
    let run = studio.run(&["renew", "--lang", "en"]).await;
    assert_eq!((run.status.code(), utf8(&run.stdout)), (Some(0), ""));
    assert!(utf8(&run.stderr).contains("not due for renewal before"), "{}", utf8(&run.stderr));
    assert!(studio.read("device.pem") == device);
    let run = studio.run(&["renew", "--force"]).await;
    assert_eq!(run.status.code(), Some(0), "{}", utf8(&run.stderr));
    assert!(utf8(&run.stdout).starts_with("New certificate until: "), "{}", utf8(&run.stdout));
    assert!(studio.read("device.pem") != device);
    studio.gateway.revoke_all();
    let run = studio.run(&["renew", "--force", "--lang", "en"]).await;
    assert_eq!(run.status.code(), Some(5), "{}", utf8(&run.stderr));
    assert!(utf8(&run.stderr).contains("it is revoked"), "{}", utf8(&run.stderr));
}
