//! The studio program, the check and the deposit return the same findings for every file, and the first two
//! the same measurements. The findings of the program's closer look are marked and left out here.

skip_in!(quick: "starts the program");

use std::process::Command;

use lichtbild::validation::Profile;
use serde_json::{Value, json};

use crate::support::photos::hostile::hostile_photos;
use crate::support::photos::jpeg::fixture;
use crate::support::photos::variants::variants;
use crate::support::router_client::{RouterClient, idempotency_key};
use crate::support::test_gateway::TestGateway;

/// Every portrait, person, variant and hostile file, each with the profile it is judged by.
fn every_file() -> Vec<(String, Vec<u8>, &'static str)> {
    let portraits = [
        ("portrait-1244x1600.jpg", "de-tr03121"),
        ("portrait-1244x1600.jpg", "icao-35x45"),
        ("portrait-827x1063.jpg", "icao-35x45"),
        ("portrait-413x531.jpg", "icao-35x45"),
        ("portrait-413x531.jpg", "de-tr03121"),
    ];
    let portraits = portraits.map(|(file, profile)| (file.to_owned(), fixture(file), profile));
    let variants = variants().iter().map(|variant| (variant.name.to_owned(), variant.bytes.clone(), "de-tr03121"));
    let hostile = hostile_photos().into_iter().map(|photo| (photo.name.to_owned(), photo.bytes, photo.profile));
    let folder = format!("{}/fixtures/people", env!("CARGO_MANIFEST_DIR"));
    let people = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let people = people.filter(|path| path.extension().is_some_and(|extension| extension == "jpg"));
    let people = people.map(|path| (path.display().to_string(), std::fs::read(path).unwrap(), "icao-35x45"));
    portraits.into_iter().chain(variants).chain(hostile).chain(people).collect()
}

/// Verdict, findings and measurements of each file, from one run of the program. The thread is not blocked meanwhile: PostgreSQL ends a transaction that
/// another part of the same task left open for five seconds.
async fn findings_by_program(files: &[(String, Vec<u8>)], profile: &str, declared: &[&str]) -> Vec<Value> {
    let directory = tempfile::tempdir().unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_lichtbild-studio"));
    program.args(["check", "--json", "--lang", "de", "--profile", profile]).args(declared);
    for (number, (_, bytes)) in files.iter().enumerate() {
        let path = directory.path().join(format!("{number}.jpg"));
        std::fs::write(&path, bytes).unwrap();
        program.arg(path);
    }
    let output = tokio::task::spawn_blocking(move || program.output().unwrap()).await.unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    let said = lines.lines().map(|line| {
        let mut line: Value = serde_json::from_str(line).unwrap();
        // The program also takes a closer look.
        line["findings"].as_array_mut().unwrap().retain(|finding| finding.get("made_at").is_none());
        line["measurements"].as_object_mut().unwrap().remove("crown");
        json!({ "verdict": line["verdict"], "findings": line["findings"], "measurements": line["measurements"] })
    });
    said.collect()
}

async fn findings_by_gateway(
    studio: &RouterClient,
    path: &str,
    bytes: &[u8],
    key: &str,
    declared: &[(&str, &str)],
) -> Value {
    let headers = [&[("content-type", "image/jpeg"), ("idempotency-key", key)], declared].concat();
    let answer = studio.post_photo(path, bytes, &headers).await;
    let body = answer.json();
    let verdict = match answer.status {
        200 => body["verdict"].clone(),
        201 => json!("accepted"),
        422 => json!("refused"),
        _ => panic!("{answer:?}"),
    };
    let mut said = json!({ "verdict": verdict, "findings": body["findings"] });
    // A deposit returns the receipt instead.
    if let Some(measurements) = body.get("measurements") {
        said["measurements"] = measurements.clone();
    }
    said
}

async fn assert_agreed(
    profile: &str,
    files: Vec<(String, Vec<u8>)>,
    arguments: &[&str],
    headers: &[(&str, &str)],
) -> Vec<Value> {
    let gateway = TestGateway::with(|setup| {
        setup.profile = Profile::builtin(profile).unwrap();
        // Every file is checked.
        setup.max_photo_bytes = 8 * 1024 * 1024;
        setup.limits.uploads_per_minute = 60_000;
    })
    .await;
    let studio = gateway.studio("Foto Koch").await;
    let said = findings_by_program(&files, profile, arguments).await;
    assert_eq!(said.len(), files.len());
    for (number, ((name, bytes), program)) in files.iter().zip(&said).enumerate() {
        for path in ["/v1/photos/check", "/v1/photos"] {
            let gateway = findings_by_gateway(&studio, path, bytes, &idempotency_key(number as u32), headers).await;
            let mut program = program.clone();
            if path == "/v1/photos" {
                program.as_object_mut().unwrap().remove("measurements");
            }
            assert_eq!(gateway, program, "{name}: {path} {headers:?}");
        }
    }
    said
}

fn files_for(profile: &str) -> Vec<(String, Vec<u8>)> {
    let files = every_file().into_iter().filter(|(_, _, judged_by)| *judged_by == profile);
    files.map(|(name, bytes, _)| (name, bytes)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn program_check_and_deposit_say_the_same_of_every_file() {
    let mut verdicts = vec![];
    for profile in ["de-tr03121", "icao-35x45"] {
        let said = assert_agreed(profile, files_for(profile), &[], &[]).await;
        verdicts.extend(said.into_iter().map(|said| said["verdict"].clone()));
    }
    let accepted = verdicts.iter().filter(|verdict| **verdict == json!("accepted")).count();
    assert!(accepted >= 10 && verdicts.len() - accepted >= 60, "{accepted} of {}", verdicts.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn they_agree_about_declared_photos_as_well() {
    let files =
        || variants().iter().map(|variant| (variant.name.to_owned(), variant.bytes.clone())).collect::<Vec<_>>();
    let medical = assert_agreed("de-tr03121", files(), &["--exception", "medical"], &[("photo-exception", "medical")]);
    let child = assert_agreed("de-tr03121", files(), &["--child", "under6"], &[("photo-subject", "under6")]);
    let (medical, child) = tokio::join!(medical, child);
    assert_ne!(medical, child, "one who is heard is judged otherwise");
}
