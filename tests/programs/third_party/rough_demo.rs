//! `demo --serve --rough`: software that repeats its requests gets every photo through, and every kind of fault occurs.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::gateway_process::{GatewayFolder, wait_until};
use crate::support::https_client::{DeviceFiles, HttpsClient, plain_get};
use crate::support::photos::jpeg::{fixture, new_segment, with_inserted};

const KINDS: [&str; 8] = [
    "connection-refused",
    "gateway-busy",
    "storage-unavailable",
    "too-many-requests",
    "stall",
    "cut-request",
    "lost-answer",
    "cut-answer",
];

struct RoughDemo {
    home: GatewayFolder,
    process: Child,
    printed: Value,
}

impl RoughDemo {
    async fn start(options: &[&str]) -> Self {
        let home = GatewayFolder::empty();
        let mut demo = home.command();
        demo.args(["demo", "--serve", "--dir", "demo", "--port-base", "0"]).args(options).stdin(Stdio::null());
        let log = File::create(home.beside("log")).unwrap();
        let process = demo.stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let mut demo = Self { home, process, printed: Value::Null };
        wait_until("the demo serves", async || demo.log().contains("faults at a rate")).await;
        demo.printed = serde_json::from_slice(&fs::read(demo.home.beside("demo/demo.json")).unwrap()).unwrap();
        demo
    }

    fn log(&self) -> String {
        fs::read_to_string(self.home.beside("log")).unwrap()
    }

    fn url(&self, side: &str) -> &str {
        self.printed[side]["url"].as_str().unwrap()
    }

    fn folder(&self, side: &str) -> PathBuf {
        self.home.beside("demo").join(side)
    }

    fn client(&self, side: &str) -> HttpsClient {
        let files = DeviceFiles::new(&json!({ "certificate": self.printed[side]["cert"] }));
        files.client_with_timeout(Duration::from_secs(10), self.url(side))
    }

    /// Ends the demo and returns the last two lines of its log: all counts.
    fn stop(&mut self) -> (String, String) {
        assert!(Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status().unwrap().success());
        assert!(self.process.wait().unwrap().success());
        let log = self.log();
        let mut lines = log.lines().rev();
        let counts = lines.next().unwrap().to_owned();
        (lines.next().unwrap().to_owned(), counts)
    }

    fn push(&self, photo: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lichtbild-studio"));
        self.home.set_environment(&mut command);
        command.env("LICHTBILD_STUDIO_CONFIG", self.folder("studio").join("studio.toml"));
        command.args(["push", photo, "--json"]).output().unwrap()
    }

    /// Runs an example once: the one in Python, or the one in shell.
    fn take(&self, code: &str, ending: &str) -> Output {
        let program = format!("{}/docs/fachverfahren.{ending}", env!("CARGO_MANIFEST_DIR"));
        let (url, device, inbox) = (self.url("office"), self.folder("office"), self.home.beside("inbox"));
        let mut command = if ending == "py" {
            let mut python = Command::new("python3");
            python.args(["-B", &program, "--gateway", url, "--inbox"]).arg(inbox).arg("--device").arg(device);
            python
        } else {
            let mut bash = Command::new("bash");
            bash.args([&program, url]).arg(device).arg(inbox);
            bash
        };
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // One that has ended by now wants no code.
        let _ = child.stdin.take().unwrap().write_all(format!("{code}\n").as_bytes());
        child.wait_with_output().unwrap()
    }
}

impl Drop for RoughDemo {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn software_that_repeats_gets_every_photo_through_with_one_code() {
    let mut demo = RoughDemo::start(&["--rough=0.4", "--rough-seed", "7", "--rough-stall", "1"]).await;
    fs::create_dir(demo.home.beside("inbox")).unwrap();
    let portrait = fixture("portrait-1244x1600.jpg");
    let mut codes = BTreeSet::new();
    for number in 0..3 {
        let photo = with_inserted(&portrait, 2, &new_segment(0xFE, format!("photo {number}").as_bytes()));
        let name = format!("{number}.jpg");
        fs::write(demo.home.beside(&name), photo).unwrap();
        // The second run finds what the first one deposited.
        let pushed = [demo.push(&name), demo.push(&name)].map(|pushed| {
            assert!(pushed.status.success(), "{pushed:?}");
            let receipt: Value = serde_json::from_slice(&pushed.stdout).unwrap();
            receipt["code"].as_str().unwrap().to_owned()
        });
        assert_eq!(pushed[0], pushed[1]);
        codes.insert(pushed[0].clone());
    }
    assert_eq!(codes.len(), 3);
    for (code, ending) in codes.iter().zip(["py", "sh", "py"]) {
        // 75: try again later.
        let taken = (0..5).map(|_| demo.take(code, ending)).find(|taken| taken.status.code() != Some(75)).unwrap();
        assert!(taken.status.success(), "{taken:?}");
    }
    let inbox: Vec<_> = fs::read_dir(demo.home.beside("inbox")).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(inbox.len(), 6, "{inbox:?}");
    // No repetition has made a second photo.
    let studio = demo.client("studio");
    let mut photos = None;
    for _ in 0..50 {
        photos = studio.get("/v1/photos").await.ok().filter(|answer| answer.status == 200);
        if photos.is_some() {
            break;
        }
    }
    let photos = photos.unwrap().json();
    let states: Vec<_> = photos["photos"].as_array().unwrap().iter().map(|photo| photo["state"].clone()).collect();
    assert_eq!(states, ["used", "used", "used"]);
    let log = demo.log();
    assert!(!codes.iter().any(|code| log.contains(code)), "{log}");
    let (summary, _) = demo.stop();
    assert!(summary.contains(" requests, ") && !summary.contains(" 0 faults"), "{summary}");
}

#[tokio::test]
async fn every_kind_of_fault_occurs_is_logged_and_counted() {
    let mut demo = RoughDemo::start(&["--rough=1", "--rough-seed", "3", "--rough-stall", "1"]).await;
    let office = demo.client("office");
    let (mut statuses, mut broken) = (BTreeSet::new(), 0);
    for _ in 0..60 {
        let body = json!({ "code": "TESTY-TESTZ-40400-00003" }).to_string();
        let request = office.request(reqwest::Method::POST, "/v1/collections");
        let answer = request.header("content-type", "application/json").body(body).send().await;
        // The body may be missing although the head has arrived.
        let answer = match answer {
            Ok(answer) => {
                (answer.status().as_u16(), answer.headers().contains_key("retry-after"), answer.bytes().await)
            }
            Err(_) => (0, false, Ok(Default::default())),
        };
        match answer {
            (429 | 503, has_wait, Ok(body)) => {
                let problem: Value = serde_json::from_slice(&body).unwrap();
                assert!(has_wait, "{problem}");
                statuses.insert(problem["type"].as_str().unwrap().to_owned());
            }
            (404, _, Ok(_)) => _ = statuses.insert("stall".to_owned()),
            _ => broken += 1,
        }
    }
    // The answer to this one has a body in whose middle the connection can be cut.
    let mut halves = 0;
    for _ in 0..60 {
        let Ok(answer) = office.request(reqwest::Method::GET, "/v1/me").send().await else { continue };
        let status = answer.status().as_u16();
        assert!([200, 429, 503].contains(&status), "{status}");
        halves += u32::from(answer.bytes().await.is_err() && status == 200);
    }
    assert!(halves > 0);
    // And this request has one.
    let (studio, portrait) = (demo.client("studio"), fixture("portrait-413x531.jpg"));
    for _ in 0..40 {
        let request = studio.request(reqwest::Method::POST, "/v1/photos/check").header("content-type", "image/jpeg");
        let _ = request.body(portrait.clone()).send().await;
    }
    assert!(demo.log().contains("POST /v1/photos/check: cut-request"));
    let expected = ["gateway-busy", "stall", "storage-unavailable", "too-many-requests"];
    assert!(statuses.iter().eq(expected), "{statuses:?}");
    assert!(broken > 20, "{broken}");
    // Pages and monitoring meet no fault, once they have a connection.
    let ops = format!("{}/healthz", demo.printed["ops"]["url"].as_str().unwrap());
    for _ in 0..10 {
        assert!(plain_get(&ops).await.contains("alive"));
        if let Ok(page) = office.get("/desk/").await {
            assert_eq!(page.status, 200);
        }
    }
    // A cut by the sandbox is no revocation, neither in the metrics nor in the log.
    let metrics = plain_get(&ops.replace("/healthz", "/metrics")).await;
    for listener in ["studio", "office"] {
        assert!(
            metrics.contains(&format!("lichtbild_connections_cut_revoked_total{{listener=\"{listener}\"}} 0\n")),
            "{metrics}"
        );
    }
    let log = demo.log();
    assert!(!log.contains("revoked"), "{log}");
    let (summary, counts) = demo.stop();
    for kind in KINDS {
        let lines = log.lines().filter(|line| line.contains(&format!(": {kind}"))).count();
        assert!(lines > 0 && format!("{counts},").contains(&format!("{kind} {lines},")), "{kind} {lines}: {counts}");
    }
    let ids =
        log.lines().filter(|line| line.contains("POST /v1/collections: ") && line.contains("Request-Id ")).count();
    assert!(ids > 40 && summary.contains(" connections, "), "{summary}");
}

#[test]
fn without_the_option_there_are_no_faults_and_wrong_options_are_refused() {
    let home = GatewayFolder::empty();
    for options in [
        &["--rough"][..],
        &["--serve", "--rough=2"],
        &["--serve", "--rough-seed", "1"],
        &["--serve", "--rough-stall", "5"],
    ] {
        let refused = home.run(&[&["demo", "--dir", "demo"], options].concat());
        assert_eq!(refused.status.code(), Some(2), "{options:?}: {refused:?}");
    }
    assert!(!home.beside("demo").exists());
    let serve = home.run(&["serve", "--rough"]);
    assert_eq!(serve.status.code(), Some(2), "{serve:?}");
}

#[tokio::test]
async fn a_stream_of_events_is_cut_behind_its_first_piece() {
    let demo = RoughDemo::start(&["--rough=1", "--rough-seed", "4", "--rough-stall", "1"]).await;
    let files = DeviceFiles::new(&json!({ "certificate": demo.printed["studio"]["cert"] }));
    let studio = files.client_with_timeout(Duration::from_secs(5), demo.url("studio"));
    for _ in 0..60 {
        let request = studio.request(reqwest::Method::GET, "/v1/events").header("accept", "text/event-stream");
        let ended = match request.send().await {
            Ok(answer) => answer.bytes().await.err(),
            Err(error) => Some(error),
        };
        if demo.log().contains("GET /v1/events: cut-answer") {
            let error = ended.expect("a part is missing");
            assert!(!error.is_timeout(), "{error:?}");
            return;
        }
    }
    panic!("no answer was cut: {}", demo.log());
}
