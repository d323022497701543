//! The browser of this process: Chromium under `tests/browser/run.mjs`, which runs several stories in it at a time.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::time;

use super::gateway::server_ca;

/// Debian's package, which `tests/run` installs.
const CHROMIUM: &str = "/usr/bin/chromium";

/// Much longer than any story takes, even on a busy machine; a story reports its own timeouts earlier.
const STORY_TIMEOUT: Duration = Duration::from_secs(600);

const WHAT_TO_INSTALL: &str = "the pages are tested in a real browser: install nodejs (18 or newer), npm, chromium and libnss3-tools \
                               by apt and run `npm ci` in tests/browser, or let tests/run do it";

/// Senders for the results of the running stories, by number.
type PendingStories = Arc<Mutex<HashMap<u64, oneshot::Sender<Value>>>>;

pub struct ChromiumDriver {
    input: Mutex<ChildStdin>,
    waiting: PendingStories,
    numbers: AtomicU64,
}

impl ChromiumDriver {
    /// The browser that all tests of this process share, because a start takes longer than a story.
    pub fn shared() -> &'static Self {
        static BROWSER: OnceLock<ChromiumDriver> = OnceLock::new();
        BROWSER.get_or_init(Self::start)
    }

    fn start() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
        assert!(folder.join("node_modules/playwright-core").exists(), "{WHAT_TO_INSTALL}");
        assert!(Path::new(CHROMIUM).exists(), "{WHAT_TO_INSTALL}");
        let scratch = scratch();
        let authority = scratch.join("server-ca.pem");
        std::fs::write(&authority, &server_ca().certificate_pem).unwrap();
        let mut node = Command::new("node");
        node.arg(folder.join("run.mjs")).arg(CHROMIUM).arg(&scratch);
        // Node makes the TLS connections for the browser and trusts only this CA.
        node.env("NODE_EXTRA_CA_CERTS", authority).env("TMPDIR", &scratch);
        let mut child = node
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("node does not run ({error}): {WHAT_TO_INSTALL}"));
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let waiting = PendingStories::default();
        let answers = Arc::clone(&waiting);
        // The input of `run.mjs` ends with this process; `run.mjs` then cleans up.
        std::thread::spawn(move || {
            hand_out(output, &answers);
            let _ = child.wait();
        });
        Self { input: Mutex::new(input), waiting, numbers: AtomicU64::new(0) }
    }

    /// Runs a story and returns its result.
    async fn request_story(&self, story: &str, scene: &Value) -> Value {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let (sender, receiver) = oneshot::channel();
        self.waiting.lock().unwrap().insert(number, sender);
        let line = json!({ "number": number, "story": story, "scene": scene });
        writeln!(self.input.lock().unwrap(), "{line}").expect("the browser runs");
        let answer = time::timeout(STORY_TIMEOUT, receiver).await;
        answer.unwrap_or_else(|_| panic!("{story}: no end of it")).expect("the browser goes on running")
    }

    /// Runs a story and panics if it fails.
    pub async fn run_story(&self, story: &str, scene: &Value) {
        let answer = self.request_story(story, scene).await;
        if let Some(failure) = answer["failure"].as_str() {
            panic!("{story}\n{failure}");
        }
    }

    /// The names of all stories in `tests/browser/stories`.
    pub async fn stories(&self) -> Vec<String> {
        serde_json::from_value(self.request_story("", &Value::Null).await["stories"].take()).unwrap()
    }
}

/// Passes each result to the waiting story. If the browser itself fails, the dropped senders end the waiting stories.
fn hand_out(output: ChildStdout, waiting: &PendingStories) {
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        let Ok(answer) = serde_json::from_str::<Value>(&line) else {
            eprintln!("the browser says: {line}");
            continue;
        };
        let sender = answer["number"].as_u64().and_then(|number| waiting.lock().unwrap().remove(&number));
        if let Some(sender) = sender {
            // The test may have stopped waiting.
            let _ = sender.send(answer);
        }
    }
    waiting.lock().unwrap().clear();
}

/// A folder for this run, which `run.mjs` removes at its end.
fn scratch() -> PathBuf {
    tempfile::tempdir().unwrap().keep()
}
