//! schemathesis, which makes requests from the description of the API and compares the answers with it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lichtbild::api::openapi::{DescribedListener, document};
use lichtbild::domain::code::enrolment_code::EnrolmentCode;
use lichtbild::domain::digest::Sha256Digest;
use lichtbild::sealing::enrolment_proof::invitation_lookup_id;
use serde_json::json;
use strum::VariantArray;

use crate::support::gateway_process::GatewayFolder;
use crate::support::https_client::DeviceFiles;
use crate::support::photos::jpeg::colour_jpeg;
use crate::support::test_gateway::SMALL_PROFILE_TOML;

const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,\
                      response_schema_conformance";

/// Requests for each operation and phase; `LICHTBILD_SCHEMATHESIS_EXAMPLES` has another number.
const EXAMPLES: u32 = 10;

const DESCRIPTION: &str = "/v1/openapi.json";

/// A program of the Python environment.
fn installed(program: &str) -> PathBuf {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemathesis/environment/bin").join(program);
    assert!(program.exists(), "install it first, as tests/run does: {}", program.display());
    program
}

/// Statuses of the answers with their numbers, by listener and operation (method and path).
type Statuses = BTreeMap<(&'static str, String), BTreeMap<u16, u32>>;

/// The listener, the certificate of the caller, the language and the test data of one run.
struct DescribedRun<'a> {
    listener: DescribedListener,
    url: &'a str,
    device: Option<&'a DeviceFiles>,
    ca: PathBuf,
    language: &'static str,
    /// Device id and enrolment code of an invitation.
    invitation: &'a str,
    /// Beginning of the paths to which the run is limited.
    below: Option<&'static str>,
    data: RunData,
}

/// The file for `hooks.py`, and the file that it writes.
struct RunData {
    file: PathBuf,
    statuses: PathBuf,
}

impl DescribedRun<'_> {
    /// Runs all operations, adds the statuses of the answers, and returns the number of requests.
    fn count_requests(&self, statuses: &mut Statuses) -> u32 {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemathesis");
        let program = installed("schemathesis");
        let examples = std::env::var("LICHTBILD_SCHEMATHESIS_EXAMPLES").unwrap_or(EXAMPLES.to_string());
        let mut command = Command::new(program);
        command.args(["--no-color", "run", &format!("{}{DESCRIPTION}", self.url), "--checks", CHECKS]);
        command.args(["--max-examples", &examples, "--continue-on-failure", "--generation-database", "none"]);
        command.args(["--header", &format!("Accept-Language: {}", self.language), "--output-sanitize", "false"]);
        command.arg("--tls-verify").arg(&self.ca).current_dir(self.data.file.parent().unwrap());
        if let Some(below) = self.below {
            command.args(["--include-path-regex", &format!("^{below}")]);
        }
        if self.device.is_none() {
            command.args(["--auth", self.invitation]);
        }
        if let Some(device) = self.device {
            command
                .arg("--request-cert")
                .arg(device.folder.join("certificate.pem"))
                .arg("--request-cert-key")
                .arg(device.folder.join("key.pem"));
        }
        command.env("SCHEMATHESIS_HOOKS", "hooks").env("PYTHONPATH", &folder);
        command.env("LICHTBILD_TEST_DATA", &self.data.file).env("PYTHONDONTWRITEBYTECODE", "1");
        let output = command.output().unwrap();
        let report = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{} ({}):\n{report}", self.url, self.language);
        for line in fs::read_to_string(&self.data.statuses).unwrap().lines() {
            let (operation, status) = line.rsplit_once(' ').unwrap();
            let counts = statuses.entry((self.listener.name(), operation.to_owned())).or_default();
            *counts.entry(status.parse().unwrap()).or_default() += 1;
        }
        let generated = report.lines().find_map(|line| line.split_once(" generated, ")?.0.trim().parse().ok());
        generated.unwrap_or_else(|| panic!("no count: {report}"))
    }
}

/// Makes test data with a certificate request of a new key: each key belongs to one device.
fn run_data(home: &GatewayFolder, name: &str, codes: &[String], lookup: &str) -> RunData {
    let [request, file, statuses] =
        ["request.pem", "data.json", "statuses"].map(|end| home.beside(&format!("{name}-{end}")));
    let key =
        ["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/", "-keyout"];
    let made =
        Command::new("openssl").args(key).arg(home.beside("key.pem")).arg("-out").arg(&request).output().unwrap();
    assert!(made.status.success());
    let photo = home.beside("photo.jpg");
    fs::write(&photo, colour_jpeg(35, 45)).unwrap();
    let data = json!({
        "photos": [photo],
        "codes": codes,
        "requests": [request],
        "lookups": [lookup],
        "statuses": statuses,
    });
    fs::write(&file, data.to_string()).unwrap();
    RunData { file, statuses }
}

/// Operations that never succeeded, each with the statuses of its answers. The generator reads the description itself, so it makes no
/// further requests of that operation.
fn never_served(statuses: &Statuses) -> Vec<String> {
    let mut never = Vec::new();
    for listener in DescribedListener::VARIANTS {
        for (path, methods) in document(*listener)["paths"].as_object().unwrap() {
            if path == DESCRIPTION {
                continue;
            }
            for method in methods.as_object().unwrap().keys() {
                let operation = format!("{} {path}", method.to_uppercase());
                let counts = statuses.get(&(listener.name(), operation.clone())).cloned().unwrap_or_default();
                if !counts.keys().any(|status| (200..300).contains(status)) {
                    never.push(format!("{} {operation}: {counts:?}", listener.name()));
                }
            }
        }
    }
    never
}

#[test]
fn a_validator_accepts_the_documents() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for listener in ["studio", "office", "enrolment"] {
        let mut validator = Command::new(installed("openapi-spec-validator"));
        let output = validator.arg(root.join(format!("docs/openapi/{listener}.json"))).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_to_generated_requests_is_one_that_the_description_names() {
    let home = GatewayFolder::new();
    fs::write(home.file("small.toml"), SMALL_PROFILE_TOML).unwrap();
    home.set("profile", "\"icao-35x45\"\nprofile_file = \"small.toml\"");
    for limit in [
        "requests_per_minute",
        "uploads_per_minute",
        "wrong_codes_per_device",
        "wrong_codes_over_all",
        "enrolments_per_minute",
    ] {
        home.set(limit, "1000000");
    }
    home.set("checkpoint_minutes", "0.01");
    let (studio, office) = (home.studio("Foto Koch"), home.office("Bürgerbüro Mitte"));
    let auditor = ["device", "add", "--office", "Bürgerbüro Mitte", "--auditor"];
    let auditor = DeviceFiles::new(&home.json(&auditor));
    let gateway = home.start();
    let client = studio.client(gateway.studio());
    let mut codes = vec!["TESTY-TESTZ-01234-5678Q".to_owned()];
    for number in 0..24 {
        codes.push(client.deposit(&format!("a-key-for-photo-{number}")).await.unwrap().code());
    }
    let invite = |label: &str| {
        let invited = home.json(&["device", "invite", "--studio", "Foto Koch", "--label", label]);
        (invited["device_id"].as_str().unwrap().to_owned(), invited["code"].as_str().unwrap().to_owned())
    };
    let (device, code) = invite("till 2");
    let invitation = format!("{device}:{code}");
    let open_code = EnrolmentCode::parse(&invite("till 3").1).unwrap();
    let lookup = Sha256Digest::from_bytes(*invitation_lookup_id(&open_code).as_bytes()).to_string();
    let ca = studio.folder.join("gateway-ca.pem");
    let (mut requests, mut statuses) = (0, Statuses::new());
    for language in ["de", "en"] {
        for (name, listener, url, device, below) in [
            ("studio", DescribedListener::Studio, gateway.studio(), Some(&studio), None),
            ("office", DescribedListener::Office, gateway.office(), Some(&office), None),
            ("auditor", DescribedListener::Office, gateway.office(), Some(&auditor), Some("/v1/audit/")),
            ("enrolment", DescribedListener::Enrolment, gateway.enrolment(), None, None),
        ] {
            let data = run_data(&home, &format!("{name}-{language}"), &codes, &lookup);
            let run =
                DescribedRun { listener, url, device, ca: ca.clone(), language, invitation: &invitation, below, data };
            requests += tokio::task::block_in_place(|| run.count_requests(&mut statuses));
        }
    }
    println!("{requests} requests");
    for ((listener, operation), counts) in &statuses {
        println!("{listener} {operation}: {counts:?}");
    }
    assert!(requests >= 2_000, "only {requests} requests");
    assert_eq!(never_served(&statuses), Vec::<String>::new());
}
