//! schemathesis, which makes requests from the description of the API and compares the answers with it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::support::gateway_process::GatewayFolder;
use crate::support::https_client::DeviceFiles;
use crate::support::photos::jpeg::colour_jpeg;
use crate::support::test_gateway::SMALL_PROFILE_TOML;

const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,\
                      response_schema_conformance";

/// Requests for each operation and phase; `LICHTBILD_SCHEMATHESIS_EXAMPLES` has another number.
const EXAMPLES: u32 = 10;

/// A program of the Python environment.
fn installed(program: &str) -> PathBuf {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemathesis/environment/bin").join(program);
    assert!(program.exists(), "install it first, as tests/run does: {}", program.display());
    program
}

/// The listener, the certificate of the caller, and the language of one run.
struct DescribedRun<'a> {
    url: &'a str,
    device: Option<&'a DeviceFiles>,
    ca: PathBuf,
    language: &'static str,
    /// Device id and enrolment code of an invitation.
    invitation: &'a str,
}

impl DescribedRun<'_> {
    /// Runs all operations and returns the number of requests.
    fn count_requests(&self, data: &Path) -> u32 {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemathesis");
        let program = installed("schemathesis");
        let examples = std::env::var("LICHTBILD_SCHEMATHESIS_EXAMPLES").unwrap_or(EXAMPLES.to_string());
        let mut command = Command::new(program);
        command.args(["--no-color", "run", &format!("{}/v1/openapi.json", self.url), "--checks", CHECKS]);
        command.args(["--max-examples", &examples, "--continue-on-failure", "--generation-database", "none"]);
        command.args(["--header", &format!("Accept-Language: {}", self.language), "--output-sanitize", "false"]);
        command.arg("--tls-verify").arg(&self.ca).current_dir(data.parent().unwrap());
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
        command.env("SCHEMATHESIS_HOOKS", "hooks").env("PYTHONPATH", &folder).env("LICHTBILD_TEST_DATA", data);
        command.env("PYTHONDONTWRITEBYTECODE", "1");
        let output = command.output().unwrap();
        let report = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{} ({}):\n{report}", self.url, self.language);
        let generated = report.lines().find_map(|line| line.split_once(" generated, ")?.0.trim().parse().ok());
        generated.unwrap_or_else(|| panic!("no count: {report}"))
    }
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
    let (studio, office) = (home.studio("Foto Koch"), home.office("Bürgerbüro Mitte"));
    let gateway = home.start();
    let client = studio.client(gateway.studio());
    let mut codes = vec!["TESTY-TESTZ-01234-5678Q".to_owned()];
    for number in 0..12 {
        codes.push(client.deposit(&format!("a-key-for-photo-{number}")).await.unwrap().code());
    }
    let photo = home.beside("photo.jpg");
    fs::write(&photo, colour_jpeg(35, 45)).unwrap();
    let request = home.beside("request.pem");
    let made = Command::new("openssl")
        .args([
            "req",
            "-new",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-subj",
            "/",
            "-keyout",
        ])
        .args([home.beside("key.pem"), "-out".into(), request.clone()])
        .output()
        .unwrap();
    assert!(made.status.success());
    let data = home.beside("data.json");
    fs::write(&data, json!({ "photos": [photo], "codes": codes, "requests": [request] }).to_string()).unwrap();

    let invited = home.json(&["device", "invite", "--studio", "Foto Koch", "--label", "till 2"]);
    let invitation = format!("{}:{}", invited["device_id"].as_str().unwrap(), invited["code"].as_str().unwrap());
    let ca = studio.folder.join("gateway-ca.pem");
    let mut requests = 0;
    for language in ["de", "en"] {
        for (url, device) in
            [(gateway.studio(), Some(&studio)), (gateway.office(), Some(&office)), (gateway.enrolment(), None)]
        {
            let run = DescribedRun { url, device, ca: ca.clone(), language, invitation: &invitation };
            requests += tokio::task::block_in_place(|| run.count_requests(&data));
        }
    }
    println!("{requests} requests");
    assert!(requests >= 2_000, "only {requests} requests");
}
