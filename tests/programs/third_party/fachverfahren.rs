//! An office's application software that does what `docs/` shows it, in Python and with curl.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use lichtbild::domain::code::test_code::TEST_CODE;
use serde_json::{Value, json};

use crate::support::gateway_process::{GatewayFolder, GatewayProcess};
use crate::support::https_client::{DeviceFiles, PHOTO};
use crate::support::proxies::breaking::{BreakingProxy, CloseKind, Direction};

const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs");

/// In which language the example is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ExampleLanguage {
    Python,
    Shell,
}

use ExampleLanguage::{Python, Shell};

/// An office with an inbox, a studio, and the gateway between them.
struct ExampleSetup {
    home: GatewayFolder,
    studio: DeviceFiles,
    office: DeviceFiles,
    gateway: GatewayProcess,
    example: ExampleLanguage,
}

impl ExampleSetup {
    fn new(example: ExampleLanguage) -> Self {
        let home = GatewayFolder::new();
        let (studio, office) = (home.studio("Foto Koch"), home.office("Amt Nord"));
        let gateway = home.start();
        fs::create_dir(home.beside("inbox")).unwrap();
        Self { home, studio, office, gateway, example }
    }

    async fn deposit(&self, key: &str) -> String {
        self.studio.client(self.gateway.studio()).deposit(key).await.unwrap().code()
    }

    /// A run of the example at this address of the gateway, with a code on standard input, or none.
    fn command(&self, url: &str, decision: &Value) -> Command {
        let (inbox, decision) = (self.home.beside("inbox"), decision.to_string());
        match self.example {
            Python => {
                let mut command = Command::new("python3");
                command.args(["-B", &format!("{DOCS}/fachverfahren.py"), "--gateway", url, "--decision", &decision]);
                command.arg("--device").arg(&self.office.folder).arg("--inbox").arg(inbox);
                command
            }
            Shell => {
                let mut command = Command::new("bash");
                command
                    .arg(format!("{DOCS}/fachverfahren.sh"))
                    .arg(url)
                    .arg(&self.office.folder)
                    .arg(inbox)
                    .arg(decision);
                command
            }
        }
    }

    fn path(&self, collection: &str, ending: &str) -> PathBuf {
        self.home.beside(&format!("inbox/Lichtbild-{collection}.{ending}"))
    }

    /// Lays down what a run leaves that dies between its decision and the gateway's answer.
    fn leave(&self, collection: &str, photo: &[u8], decision: &Value) {
        let open = match self.example {
            Python => {
                json!({ "collection_id": collection, "file": self.path(collection, "jpg"), "decision": decision })
            }
            Shell => decision.clone(),
        };
        fs::write(self.path(collection, "jpg"), photo).unwrap();
        fs::write(self.path(collection, "open"), open.to_string()).unwrap();
    }

    async fn run_over(&self, url: &str, code: &str, decision: &Value) -> ExampleRun {
        let mut command = self.command(url, decision);
        let code = format!("{code}\n");
        // Waited for elsewhere, since the line is carried by this thread.
        let output = tokio::task::spawn_blocking(move || piped(&mut command, code.as_bytes())).await.unwrap();
        ExampleRun {
            status: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    async fn run(&self, code: &str) -> ExampleRun {
        self.run_over(self.gateway.office(), code, &json!({ "outcome": "used" })).await
    }

    /// Lists the files in the inbox, hidden ones included.
    fn inbox(&self) -> Vec<PathBuf> {
        let mut files: Vec<_> =
            fs::read_dir(self.home.beside("inbox")).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
    }

    /// Asserts that the inbox holds so many photos, whole, each with its receipt, and nothing else.
    #[track_caller]
    fn holds_settled_photos(&self, count: usize) {
        let inbox = self.inbox();
        assert_eq!(inbox.len(), 2 * count, "{inbox:?}");
        for file in inbox.iter().filter(|file| file.extension().is_some_and(|ending| ending == "jpg")) {
            assert!(fs::read(file).unwrap() == PHOTO, "{file:?} is not what the studio sent");
            let receipt: Value = serde_json::from_slice(&fs::read(file.with_extension("json")).unwrap()).unwrap();
            let receipt = receipt.get("receipt").unwrap_or(&receipt);
            assert_eq!((&receipt["outcome"], &receipt["erased"]), (&json!("used"), &json!(true)), "{receipt}");
        }
    }
}

fn piped(command: &mut Command, input: &[u8]) -> Output {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| {
        panic!("{command:?} does not run ({error}): install it by apt, or let tests/run do it")
    });
    // One that has ended by now wants no code.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

#[derive(Debug)]
struct ExampleRun {
    status: i32,
    stdout: String,
    stderr: String,
}

impl ExampleRun {
    #[track_caller]
    fn succeeded(&self) {
        assert_eq!(self.status, 0, "{self:?}");
    }

    /// Asserts that the gateway has said no, once.
    #[track_caller]
    fn refused(&self, kind: &str) {
        assert_eq!((self.status, self.stdout.as_str()), (1, ""), "{self:?}");
        assert!(self.stderr.starts_with(&format!("{kind}: ")) && !self.stderr.contains("again in"), "{self:?}");
    }

    fn repeats(&self) -> usize {
        self.stderr.matches("again in").count()
    }
}

async fn a_photo_is_taken(example: ExampleLanguage) {
    let setup = ExampleSetup::new(example);
    let code = setup.deposit("a-key-for-the-photo").await;
    let run = setup.run(&code).await;
    run.succeeded();
    assert_eq!(run.stderr, "");
    let printed: Value = serde_json::from_str(&run.stdout).unwrap();
    let collection = printed["collection_id"].as_str().unwrap();
    assert!(setup.home.beside(&format!("inbox/Lichtbild-{collection}.jpg")).exists());
    setup.holds_settled_photos(1);
    let photos = setup.studio.client(setup.gateway.studio()).get("/v1/photos").await.unwrap();
    assert_eq!(photos.json()["photos"][0]["state"], "used");
}

async fn a_decision_is_passed_on(example: ExampleLanguage) {
    let setup = ExampleSetup::new(example);
    let code = setup.deposit("a-key-for-the-photo").await;
    let refusal = json!({ "outcome": "refused", "reason": "eyes_closed", "note": "Bitte \"noch einmal\"." });
    setup.run_over(setup.gateway.office(), &code, &refusal).await.succeeded();
    let photos = setup.studio.client(setup.gateway.studio()).get("/v1/photos").await.unwrap().json();
    assert_eq!(photos["photos"][0]["refusal"], json!({ "reason": "eyes_closed", "note": "Bitte \"noch einmal\"." }));
}

async fn wrong_codes_are_refused_in_words(example: ExampleLanguage) {
    let setup = ExampleSetup::new(example);
    let codes = [
        ("G94ZJ-756FW-FHRWS-2ZVE9", "code-malformed"),
        ("G94ZJ-756FW-FHRWS-2ZVE8", "code-unknown"),
        (TEST_CODE, "code-is-test"),
        ("G94ZJ\",\"\\", "code-malformed"),
    ];
    for (code, kind) in codes {
        let run = setup.run(code).await;
        run.refused(kind);
        assert!(!run.stderr.contains(code), "the code is in a message: {run:?}");
    }
    assert_eq!(setup.inbox(), [] as [PathBuf; 0], "something was left behind");
}

async fn every_step_can_be_repeated(example: ExampleLanguage) {
    let setup = ExampleSetup::new(example);
    let by_hand = setup.office.client(setup.gateway.office());
    // Died after collecting, then after fetching.
    for (key, fetched) in [("a-key-for-the-first", false), ("a-key-for-the-second", true)] {
        let code = setup.deposit(key).await;
        let collection = by_hand.collect_ok(&code).await;
        if fetched {
            assert!(by_hand.fetch(&collection, &code).await.unwrap().body == PHOTO);
        }
        let run = setup.run(&code).await;
        run.succeeded();
        assert!(run.stdout.contains(&collection), "another collection: {run:?}");
        setup.run(&code).await.refused("photo-settled");
    }
    setup.holds_settled_photos(2);
    // Died before the gateway was told of the decision, then before its answer was stored: no code is needed any more.
    let code = setup.deposit("a-key-for-the-third").await;
    let collection = by_hand.collect_ok(&code).await;
    let photo = by_hand.fetch(&collection, &code).await.unwrap().body;
    let mut receipts = Vec::new();
    for _ in 0..2 {
        setup.leave(&collection, &photo, &json!({ "outcome": "used" }));
        let run = setup.run("").await;
        run.succeeded();
        receipts.push(run.stdout);
        setup.holds_settled_photos(3);
    }
    assert_eq!(receipts[0], receipts[1]);
}

async fn what_another_device_began_waits_for_its_code_and_stops_no_other_photo(example: ExampleLanguage) {
    let setup = ExampleSetup::new(example);
    let colleague = setup.home.device("office", "Amt Nord");
    let by_colleague = colleague.client(setup.gateway.office());
    let code = setup.deposit("a-key-for-the-first").await;
    let collection = by_colleague.collect_ok(&code).await;
    let photo = by_colleague.fetch(&collection, &code).await.unwrap().body;
    let refusal = json!({ "outcome": "refused", "reason": "eyes_closed" });
    setup.leave(&collection, &photo, &refusal);
    setup.run("").await.refused("collection-code-required");

    let next = setup.run(&setup.deposit("a-key-for-the-second").await).await;
    next.succeeded();
    assert!(next.stderr.starts_with("collection-code-required: ") && next.stderr.contains(&collection), "{next:?}");
    assert!(next.stderr.contains("enter that photo's code here"), "{next:?}");
    assert!(!next.stdout.contains(&collection), "{next:?}");
    assert!(setup.path(&collection, "open").exists());

    // The clerk who has the code decides anew.
    let finished = setup.run(&code).await;
    finished.succeeded();
    assert!(finished.stderr.contains("takes its place"), "{finished:?}");
    assert!(finished.stdout.contains(&collection) && finished.stdout.contains("used"), "{finished:?}");
    assert!(!setup.path(&collection, "open").exists() && setup.path(&collection, "json").exists());
    setup.holds_settled_photos(2);
    let after = setup.run("").await;
    after.succeeded();
    assert_eq!((after.stdout.as_str(), after.stderr.as_str()), ("", ""));
}

async fn a_decision_that_is_refused_stops_no_other_photo(example: ExampleLanguage) {
    let setup = ExampleSetup::new(example);
    let by_hand = setup.office.client(setup.gateway.office());
    let code = setup.deposit("a-key-for-the-first").await;
    let collection = by_hand.collect_ok(&code).await;
    let photo = by_hand.fetch(&collection, &code).await.unwrap().body;
    setup.leave(&collection, &photo, &json!({ "outcome": "kept", "until": "1999-12-31" }));
    let next = setup.run(&setup.deposit("a-key-for-the-second").await).await;
    next.succeeded();
    assert!(next.stderr.contains(&format!("Lichtbild-{collection}.open stays.")), "{next:?}");
    let replaced = setup.run(&code).await;
    replaced.succeeded();
    assert!(replaced.stdout.contains("\"used\""), "{replaced:?}");
    setup.holds_settled_photos(2);
}

async fn a_broken_connection_is_resumed(example: ExampleLanguage) {
    let setup = ExampleSetup::new(example);
    let line = BreakingProxy::to(setup.gateway.office()).await;
    let whole = PHOTO.len() as u64;
    // In the handshake of the connection that fetches the photo, in the head of the photo, in its middle, in its last bytes.
    let breaks = [
        (1, CloseKind::Reset),
        (2_000, CloseKind::Fin),
        (4_000, CloseKind::Reset),
        (whole / 2, CloseKind::Fin),
        (whole, CloseKind::Reset),
    ];
    for (number, (offset, ending)) in breaks.into_iter().enumerate() {
        let code = setup.deposit(&format!("a-key-for-photo-{number}")).await;
        line.break_after(offset, Direction::FromGateway, ending);
        // The second connection, which fetches the photo, and every second one after it.
        line.break_every(2);
        let run = setup.run_over(&line.url(), &code, &json!({ "outcome": "used" })).await;
        run.succeeded();
        assert!((1..=4).contains(&run.repeats()), "at {offset}: {run:?}");
        setup.holds_settled_photos(number + 1);
    }
    // Requests that do not get through.
    let code = setup.deposit("a-key-for-the-last").await;
    line.break_after(300, Direction::ToGateway, CloseKind::Reset);
    let run = setup.run_over(&line.url(), &code, &json!({ "outcome": "used" })).await;
    run.succeeded();
    setup.holds_settled_photos(breaks.len() + 1);
}

async fn no_answer_at_all_says_that_nothing_is_lost(example: ExampleLanguage) {
    let setup = ExampleSetup::new(example);
    let code = setup.deposit("a-key-for-the-photo").await;
    let line = BreakingProxy::to(setup.gateway.office()).await;
    line.break_after(1, Direction::FromGateway, CloseKind::Reset);
    let run = setup.run_over(&line.url(), &code, &json!({ "outcome": "used" })).await;
    assert_eq!((run.status, run.repeats()), (75, 5), "{run:?}");
    assert!(run.stderr.contains("nothing is lost") && !run.stderr.contains(&code), "{run:?}");
    line.stop_breaking();
    setup.run_over(&line.url(), &code, &json!({ "outcome": "used" })).await.succeeded();
    setup.holds_settled_photos(1);
}

async fn who_is_not_let_in_stops_at_once(example: ExampleLanguage) {
    let setup = ExampleSetup::new(example);
    let code = setup.deposit("a-key-for-the-photo").await;
    // Another authority behind the gateway's name: not even the code goes out.
    let external = GatewayFolder::new();
    let elsewhere = external.start();
    let stopped = setup.run_over(elsewhere.office(), &code, &json!({ "outcome": "used" })).await;
    assert_eq!((stopped.status, stopped.repeats()), (1, 0), "{stopped:?}");
    assert!(!elsewhere.log().contains("/v1/collections"), "a request was sent to a stranger");
    assert!(setup.home.run(&["office", "suspend", "Amt Nord"]).status.success());
    setup.run(&code).await.refused("office-suspended");
    assert_eq!(setup.inbox(), [] as [PathBuf; 0]);
}

macro_rules! examples {
    ($($sentence:ident),+ $(,)?) => {
        mod python {
            $(#[tokio::test] async fn $sentence() { super::$sentence(super::Python).await })+
        }
        mod curl {
            $(#[tokio::test] async fn $sentence() { super::$sentence(super::Shell).await })+
        }
    };
}

examples!(
    a_photo_is_taken,
    a_decision_is_passed_on,
    wrong_codes_are_refused_in_words,
    every_step_can_be_repeated,
    what_another_device_began_waits_for_its_code_and_stops_no_other_photo,
    a_decision_that_is_refused_stops_no_other_photo,
    a_broken_connection_is_resumed,
    no_answer_at_all_says_that_nothing_is_lost,
    who_is_not_let_in_stops_at_once,
);

#[tokio::test]
async fn the_readmes_lines_of_python_take_a_photo() {
    let setup = ExampleSetup::new(Python);
    let code = setup.deposit("a-key-for-the-photo").await;
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let section = readme.split("\n## Integration\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let lines: Vec<_> =
        section.lines().filter_map(|line| line.strip_prefix("    ").or(line.is_empty().then_some(""))).collect();
    let address = setup.gateway.office().strip_prefix("https://").unwrap().replace(':', "\", ");
    let (host, _) = address.split_once('"').unwrap();
    let printed = lines.join("\n");
    let lines = printed.replace("\"gateway.stadt.example\", 9443", &format!("\"{address}"));
    assert!(lines != printed && !host.is_empty(), "{printed}");
    let program = format!("code = input()\n{lines}\nimport sys; sys.stdout.write(receipt['outcome'])\n");
    let mut command = Command::new("python3");
    command.args(["-B", "-c", &program]).current_dir(&setup.office.folder);
    let output = piped(&mut command, format!("{code}\n").as_bytes());
    assert_eq!(String::from_utf8_lossy(&output.stdout), "used", "{}", String::from_utf8_lossy(&output.stderr));
}
