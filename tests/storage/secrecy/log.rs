//! The log at its most detailed level.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use serde_json::json;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;

use super::secret_patterns::SecretPatterns;
use crate::support::router_client::photo;
use crate::support::test_gateway::TestGateway;

#[derive(Clone, Default)]
pub struct CapturedLog(Arc<Mutex<Vec<u8>>>);

impl CapturedLog {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

/// Captures the log of this thread until the guard is dropped.
pub fn capture_log() -> (CapturedLog, DefaultGuard) {
    let lines = CapturedLog::default();
    let subscriber =
        tracing_subscriber::fmt().with_env_filter("trace").with_ansi(false).with_writer(lines.clone()).finish();
    let guard = tracing::subscriber::set_default(subscriber);
    (lines, guard)
}

impl Write for CapturedLog {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for CapturedLog {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn the_log_holds_no_code_no_key_no_name_and_no_digest() {
    let (lines, _guard) = capture_log();
    let gateway = TestGateway::start().await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    let (used, damaged) = (studio.deposit_numbered(1).await, studio.deposit_numbered(2).await);
    let collection = office.collect_and_fetch(&used.code).await;
    office.settle(&collection, &json!({ "outcome": "refused", "reason": "gaze", "note": "Blick zur Seite" })).await;
    gateway.database.replace_frames(&[0]).await;
    office.collect(&damaged.code).await.assert_problem(500, "photo-damaged");
    gateway.database.break_audit().await;
    studio.deposit(&photo(3), &used.key.replace('1', "3")).await.assert_problem(503, "storage-unavailable");
    tracing::info!("the test has written this");

    let log = lines.0.lock().unwrap().clone();
    let text = String::from_utf8_lossy(&log);
    assert!(text.contains("the test has written this") && text.contains("cannot open a sealed photo"), "{text}");
    let mut secrets = SecretPatterns::default();
    [&used, &damaged].into_iter().for_each(|deposit| secrets.add_secrets_of(deposit));
    assert_eq!(secrets.found_in(&log), None, "{text}");
    for word in ["Koch", "Mitte", "Düsseldorf", "Blick", "127.0.0.1"] {
        assert!(!text.contains(word), "{word}: {text}");
    }
}
