//! The program is killed at every step: the next push gives the same code, and the photo is deposited once.

skip_in!(quick: "starts the program");

use std::process::{Command, Stdio};
use std::time::Duration;

use super::push_studio::{PHOTO, suffixed};
use crate::support::fake_gateway::{FakeGateway, code_for};

#[tokio::test]
async fn a_push_killed_at_any_step_is_finished_by_the_next_one() {
    for (step, uploads_before, uploads_after) in
        [("push.spooled", 0, 1), ("push.sent", 1, 2), ("push.receipt_stored", 1, 1)]
    {
        let gateway = FakeGateway::with_script([]).await;
        let photo = gateway.directory().join("photo.jpg");
        std::fs::write(&photo, PHOTO).unwrap();
        let mut push = Command::new(env!("CARGO_BIN_EXE_lichtbild-studio"));
        push.args(["push", "--json"]).arg(&photo).env("LICHTBILD_STUDIO_CONFIG", gateway.config());

        let marker = gateway.directory().join("marker");
        let mut halted = Command::new(push.get_program());
        halted.args(push.get_args()).env("LICHTBILD_STUDIO_CONFIG", gateway.config());
        halted.env("LICHTBILD_HALT_AT", step).env("LICHTBILD_HALT_MARKER", &marker);
        let mut halted = halted.stdout(Stdio::piped()).spawn().unwrap();
        while !marker.exists() {
            assert!(halted.try_wait().unwrap().is_none(), "{step}: ended before it got there");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        halted.kill().unwrap();
        let killed = halted.wait_with_output().unwrap();
        assert!(killed.stdout.is_empty(), "{step}: a code is only shown once nothing can lose it");
        assert_eq!(gateway.uploads().len(), uploads_before, "{step}");

        let finished = tokio::task::spawn_blocking(move || push.output()).await.unwrap().unwrap();
        assert_eq!(finished.status.code(), Some(0), "{step}: {}", String::from_utf8_lossy(&finished.stderr));
        let seen = gateway.uploads();
        assert_eq!(seen.len(), uploads_after, "{step}");
        assert!(seen.iter().all(|upload| upload.key() == seen[0].key()), "{step}");
        let line: serde_json::Value = serde_json::from_slice(&finished.stdout).unwrap();
        assert_eq!(line["code"], code_for(seen[0].key()), "{step}");
        assert!(!suffixed(&photo, ".lichtbild-spool").exists(), "{step}");
    }
}
