//! The examples of `docs/` as programs: an office's application software in Python and with curl.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::support::gateway_process::{GatewayFolder, GatewayProcess};
use crate::support::https_client::{DeviceFiles, PHOTO};

const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs");

/// In which language the example is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExampleLanguage {
    Python,
    Shell,
}

/// An office with an inbox, a studio, and the gateway between them.
pub struct ExampleSetup {
    pub home: GatewayFolder,
    pub studio: DeviceFiles,
    pub office: DeviceFiles,
    pub gateway: GatewayProcess,
    example: ExampleLanguage,
}

impl ExampleSetup {
    pub fn new(example: ExampleLanguage) -> Self {
        let home = GatewayFolder::new();
        let (studio, office) = (home.studio("Foto Koch"), home.office("Amt Nord"));
        let gateway = home.start();
        fs::create_dir(home.beside("inbox")).unwrap();
        Self { home, studio, office, gateway, example }
    }

    pub async fn deposit(&self, key: &str) -> String {
        self.studio.client(self.gateway.studio()).deposit(key).await.unwrap().code()
    }

    /// A run of the example at this address of the gateway, with a code on standard input, or none.
    pub fn command(&self, url: &str, decision: &Value) -> Command {
        let (inbox, decision) = (self.home.beside("inbox"), decision.to_string());
        match self.example {
            ExampleLanguage::Python => {
                let mut command = Command::new("python3");
                command.args(["-B", &format!("{DOCS}/fachverfahren.py"), "--gateway", url, "--decision", &decision]);
                command.arg("--device").arg(&self.office.folder).arg("--inbox").arg(inbox);
                command
            }
            ExampleLanguage::Shell => {
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

    pub fn path(&self, collection: &str, ending: &str) -> PathBuf {
        self.home.beside(&format!("inbox/Lichtbild-{collection}.{ending}"))
    }

    /// Lays down what a run leaves that dies between its decision and the gateway's answer.
    pub fn leave(&self, collection: &str, photo: &[u8], decision: &Value) {
        let open = match self.example {
            ExampleLanguage::Python => {
                json!({ "collection_id": collection, "file": self.path(collection, "jpg"), "decision": decision })
            }
            ExampleLanguage::Shell => decision.clone(),
        };
        fs::write(self.path(collection, "jpg"), photo).unwrap();
        fs::write(self.path(collection, "open"), open.to_string()).unwrap();
    }

    pub async fn run_over(&self, url: &str, code: &str, decision: &Value) -> ExampleRun {
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

    pub async fn run(&self, code: &str) -> ExampleRun {
        self.run_over(self.gateway.office(), code, &json!({ "outcome": "used" })).await
    }

    /// Lists the files in the inbox, hidden ones included.
    pub fn inbox(&self) -> Vec<PathBuf> {
        let mut files: Vec<_> =
            fs::read_dir(self.home.beside("inbox")).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
    }

    /// Asserts that the inbox holds so many photos, whole, each with its receipt, and nothing else.
    #[track_caller]
    pub fn holds_settled_photos(&self, count: usize) {
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

pub fn piped(command: &mut Command, input: &[u8]) -> Output {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| {
        panic!("{command:?} does not run ({error}): install it by apt, or let tests/run do it")
    });
    // One that has ended by now wants no code.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

#[derive(Debug)]
pub struct ExampleRun {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl ExampleRun {
    #[track_caller]
    pub fn succeeded(&self) {
        assert_eq!(self.status, 0, "{self:?}");
    }

    /// Asserts that the gateway has said no, once.
    #[track_caller]
    pub fn refused(&self, kind: &str) {
        assert_eq!((self.status, self.stdout.as_str()), (1, ""), "{self:?}");
        assert!(self.stderr.starts_with(&format!("{kind}: ")) && !self.stderr.contains("again in"), "{self:?}");
    }

    pub fn repeats(&self) -> usize {
        self.stderr.matches("again in").count()
    }
}

/// Runs each test with both examples.
macro_rules! examples {
    ($($sentence:ident),+ $(,)?) => {
        mod python {
            $(#[tokio::test] async fn $sentence() { super::$sentence(super::ExampleLanguage::Python).await })+
        }
        mod curl {
            $(#[tokio::test] async fn $sentence() { super::$sentence(super::ExampleLanguage::Shell).await })+
        }
    };
}
pub(super) use examples;
