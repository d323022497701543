//! A studio and an office that have nothing but curl.

use std::path::Path;
use std::process::Command;

use lichtbild::domain::digest::Sha256Digest;
use serde_json::Value;

use crate::support;
use crate::support::gateway_process::{GENEROUS_TIMEOUT, GatewayFolder, GatewayProcess, wait_until};
use crate::support::https_client::DeviceFiles;

/// Output of curl for one request.
struct CurlResponse {
    status: u16,
    head: String,
    body: Vec<u8>,
    stderr: String,
}

impl CurlResponse {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("{} {} {}", self.status, String::from_utf8_lossy(&self.body), self.stderr))
    }

    fn text(&self, field: &str) -> String {
        self.json()[field].as_str().unwrap_or_else(|| panic!("{field}: {}", self.json())).to_owned()
    }

    fn problem(&self) -> (u16, String) {
        assert!(self.head.contains("content-type: application/problem+json"), "{}", self.head);
        assert_eq!(self.json()["status"], self.status);
        (self.status, self.text("type"))
    }
}

fn curl(home: &GatewayFolder, device: Option<&DeviceFiles>, url: &str, options: &[&str]) -> CurlResponse {
    let out = tempfile::tempdir_in(home.beside("")).unwrap();
    let file = |name: &str| out.path().join(name);
    let mut command = Command::new("curl");
    command.args(["--silent", "--show-error", "--max-time", "20", "--cacert"]).arg(home.file("certs/server-ca.crt"));
    if let Some(device) = device {
        command.arg("--cert").arg(device.file("certificate.pem")).arg("--key").arg(device.file("key.pem"));
    }
    command.arg("--dump-header").arg(file("head")).arg("--output").arg(file("body"));
    let output = support::curl::run(command.args(["--write-out", "%{http_code}"]).args(options).arg(url));
    let read = |name| std::fs::read(file(name)).unwrap_or_default();
    CurlResponse {
        status: String::from_utf8_lossy(&output.stdout).trim().parse().unwrap(),
        head: String::from_utf8_lossy(&read("head")).to_ascii_lowercase(),
        body: read("body"),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

struct CurlSetup {
    home: GatewayFolder,
    studio: DeviceFiles,
    office: DeviceFiles,
    gateway: GatewayProcess,
}

impl CurlSetup {
    fn new() -> Self {
        let home = GatewayFolder::with_default_profile();
        home.set("photo_bytes", "600000");
        let (studio, office) = (home.studio("Foto Koch"), home.office("Amt Nord"));
        let gateway = home.start();
        Self { home, studio, office, gateway }
    }

    fn studio(&self, path: &str, options: &[&str]) -> CurlResponse {
        curl(&self.home, Some(&self.studio), &format!("{}{path}", self.gateway.studio()), options)
    }

    fn office(&self, path: &str, options: &[&str]) -> CurlResponse {
        curl(&self.home, Some(&self.office), &format!("{}{path}", self.gateway.office()), options)
    }

    fn deposit(&self, key: &str, file: &str) -> CurlResponse {
        self.deposit_as("image/jpeg", key, file)
    }

    fn deposit_as(&self, media_type: &str, key: &str, file: &str) -> CurlResponse {
        let (media_type, key) = (format!("Content-Type: {media_type}"), format!("Idempotency-Key: {key}"));
        self.studio("/v1/photos", &["-H", &media_type, "-H", &key, "--data-binary", &format!("@{file}")])
    }

    fn collect(&self, code: &str) -> CurlResponse {
        self.post_json("/v1/collections", &format!("{{\"code\":\"{code}\"}}"))
    }

    fn post_json(&self, path: &str, body: &str) -> CurlResponse {
        self.office(path, &["-H", "Content-Type: application/json", "--data", body])
    }

    fn write(&self, name: &str, bytes: &[u8]) -> String {
        let file = self.home.beside(name);
        std::fs::write(&file, bytes).unwrap();
        file.to_str().unwrap().to_owned()
    }
}

fn portrait() -> String {
    format!("{}/fixtures/portrait-1244x1600.jpg", env!("CARGO_MANIFEST_DIR"))
}

fn digest(file: &Path) -> String {
    Sha256Digest::of(&std::fs::read(file).unwrap()).to_string()
}

#[test]
fn a_photo_goes_from_curl_to_curl_and_is_erased() {
    let setup = CurlSetup::new();
    let receipt = setup.deposit("a-key-for-this-photo", &portrait());
    assert_eq!(receipt.status, 201, "{}", receipt.json());
    assert!(receipt.head.contains(&format!("location: /v1/photos/{}", receipt.text("photo_id"))), "{}", receipt.head);
    assert!(!receipt.head.contains("idempotent-replayed"));
    let repeat = setup.deposit("a-key-for-this-photo", &portrait());
    assert_eq!((repeat.status, repeat.json()), (201, receipt.json()));
    assert!(repeat.head.contains("idempotent-replayed: true"), "{}", repeat.head);

    let code = receipt.text("code");
    // As a clerk types it: in small letters, without hyphens, with a letter O for a nought.
    let typed = code.to_lowercase().replace('-', " ").replace('0', "o");
    let collection = setup.collect(&typed);
    assert_eq!(collection.status, 201, "{}", collection.json());
    assert_eq!(collection.json()["photo"]["sha256"], digest(Path::new(&portrait())));
    assert_eq!(collection.json()["photo"]["studio"]["name"], "Foto Koch");
    assert_eq!(setup.collect(&code).status, 200, "a reload finds the same collection");

    let path = format!("/v1/collections/{}", collection.text("collection_id"));
    for _ in 0..2 {
        let photo = setup.office(&format!("{path}/photo"), &["-H", &format!("Retrieval-Code: {code}")]);
        assert_eq!(photo.status, 200);
        assert_eq!(Sha256Digest::of(&photo.body).to_string(), digest(Path::new(&portrait())));
        assert!(photo.head.contains("content-type: image/jpeg") && photo.head.contains("cache-control: no-store"));
    }
    let settled = setup.post_json(&format!("{path}/settle"), r#"{"outcome":"used"}"#);
    assert_eq!((settled.status, settled.json()["erased"].as_bool()), (200, Some(true)));
    let gone = setup.collect(&code);
    assert_eq!(gone.problem(), (410, "photo-settled".into()));
    assert_eq!(gone.json()["office"]["name"], "Amt Nord");
    assert_eq!(setup.studio("/v1/photos", &[]).json()["photos"][0]["state"], "used");
}

#[test]
fn a_studio_that_does_it_wrong_is_told_what() {
    let setup = CurlSetup::new();
    let (text, small) = (setup.write("text.jpg", b"Sehr geehrte Damen"), "portrait-413x531.jpg");
    let small = format!("{}/fixtures/{small}", env!("CARGO_MANIFEST_DIR"));
    let large = setup.write("large.jpg", &[0; 600_001]);
    let key = "a-key-for-this-photo";
    let jpeg = "Content-Type: image/jpeg";
    let body = format!("@{small}");

    let refused = setup.deposit(key, &text);
    assert_eq!(refused.problem(), (422, "photo-refused".into()));
    assert_eq!(refused.json()["findings"][0]["check"], "format");
    assert!(refused.head.contains("content-language: de"), "{}", refused.head);
    assert_eq!(setup.deposit(key, &small).json()["findings"][0]["check"], "pixel_dimensions");
    let english = setup.studio(
        "/v1/photos",
        &["-H", jpeg, "-H", "Accept-Language: en", "-H", "Idempotency-Key: a-key-for-english", "--data-binary", &body],
    );
    assert!(english.text("detail").is_ascii() && english.text("detail") != refused.text("detail"));
    assert_eq!(setup.deposit(key, &large).problem(), (413, "photo-too-large".into()));
    let expect = format!("@{large}");
    let chunked = ["-H", jpeg, "-H", "Idempotency-Key: a-key-for-chunks", "-H", "Transfer-Encoding: chunked"];
    let chunked = setup.studio("/v1/photos", &[&chunked[..], &["--data-binary", &expect]].concat());
    assert_eq!(chunked.problem(), (413, "photo-too-large".into()));
    assert_eq!(setup.deposit_as("image/png", key, &small).problem(), (415, "format-unsupported".into()));
    let keyless = setup.studio("/v1/photos", &["-H", jpeg, "--data-binary", &body]);
    assert_eq!(keyless.problem(), (400, "idempotency-key-missing".into()));
    assert_eq!(setup.deposit("too-short", &small).problem(), (400, "idempotency-key-malformed".into()));
    for (digest, problem) in [("sha-256=:AAAA:", (400, "content-digest-malformed")), (ZEROS, (422, "digest-mismatch"))]
    {
        let header = format!("Content-Digest: {digest}");
        let options = [
            "-H",
            jpeg,
            "-H",
            "Idempotency-Key: a-key-for-digests",
            "-H",
            &header,
            "--data-binary",
            &format!("@{small}"),
        ];
        let refused = setup.studio("/v1/photos", &options);
        assert_eq!(refused.problem(), (problem.0, problem.1.into()));
    }
    assert_eq!(setup.studio("/v1/nowhere", &[]).problem(), (404, "route-unknown".into()));
    let wrong_method = setup.studio("/v1/photos", &["-X", "PATCH"]);
    assert_eq!(wrong_method.problem(), (405, "method-not-allowed".into()));
    assert!(wrong_method.head.contains("allow: "), "{}", wrong_method.head);
    let unknown = setup.studio("/v1/photos/00000000-0000-7000-8000-000000000000", &[]);
    assert_eq!(unknown.problem(), (404, "photo-unknown".into()));
    assert_eq!(setup.studio("/v1/photos?colour=red", &[]).problem(), (400, "request-malformed".into()));
    assert_eq!(
        setup.studio("/v1/photos", &[]).json()["photos"].as_array().map(Vec::len),
        Some(0),
        "something was stored"
    );

    let stored = setup.deposit(key, &portrait());
    assert_eq!(stored.status, 201);
    let mut other = std::fs::read(portrait()).unwrap();
    // A comment makes another file of the same picture.
    other.splice(2..2, [0xFF, 0xFE, 0, 3, b'x']);
    let other = setup.write("other.jpg", &other);
    assert_eq!(setup.deposit(key, &other).problem(), (422, "idempotency-key-reused".into()));
    let photo = format!("/v1/photos/{}", stored.text("photo_id"));
    assert_eq!(setup.studio(&photo, &["-X", "DELETE"]).text("state"), "withdrawn");
    assert_eq!(setup.collect(&stored.text("code")).problem(), (410, "photo-withdrawn".into()));
}

const ZEROS: &str = "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:";

#[test]
fn an_office_that_does_it_wrong_is_told_what() {
    let setup = CurlSetup::new();
    assert_eq!(setup.collect("00000-00000-00000-00001").problem(), (400, "code-malformed".into()));
    assert_eq!(setup.collect("G94ZJ-756FW-FHRWS-2ZVE").problem(), (400, "code-malformed".into()));
    assert_eq!(setup.collect("G94ZJ-756FW-FHRWS-2ZVE8").problem(), (404, "code-unknown".into()));
    for body in ["", "{}", "[", r#"{"code":1}"#, r#"{"code":"x","more":1}"#] {
        assert_eq!(setup.post_json("/v1/collections", body).problem(), (400, "request-malformed".into()), "{body}");
    }
    let form = setup.office("/v1/collections", &["--data", "code=G94ZJ-756FW-FHRWS-2ZVE8"]);
    assert_eq!(form.problem(), (415, "format-unsupported".into()));

    let code = setup.deposit("a-key-for-this-photo", &portrait()).text("code");
    let path = format!("/v1/collections/{}", setup.collect(&code).text("collection_id"));
    let fetch = |options: &[&str]| setup.office(&format!("{path}/photo"), options).problem();
    assert_eq!(fetch(&[]), (400, "retrieval-code-missing".into()));
    assert_eq!(fetch(&["-H", "Retrieval-Code: 1"]), (400, "code-malformed".into()));
    assert_eq!(fetch(&["-H", "Retrieval-Code: G94ZJ-756FW-FHRWS-2ZVE8"]), (404, "code-unknown".into()));
    let settle = |body: &str| setup.post_json(&format!("{path}/settle"), body);
    assert_eq!(settle(r#"{"outcome":"lost"}"#).problem(), (400, "request-malformed".into()));
    assert_eq!(settle(r#"{"outcome":"kept","until":"soon"}"#).problem(), (400, "request-malformed".into()));
    assert_eq!(settle(r#"{"outcome":"kept","until":"2999-12-31"}"#).problem(), (422, "settlement-date".into()));
    let note = "x".repeat(501);
    let too_long = format!(r#"{{"outcome":"refused","reason":"other","note":"{note}"}}"#);
    assert_eq!(settle(&too_long).problem(), (422, "note-too-long".into()));
    let nowhere = "/v1/collections/00000000-0000-7000-8000-000000000000/settle";
    assert_eq!(setup.post_json(nowhere, r#"{"outcome":"used"}"#).problem(), (404, "collection-unknown".into()));

    let refused = settle(r#"{"outcome":"refused","reason":"eyes_closed","note":"Bitte noch einmal."}"#);
    assert_eq!((refused.status, refused.text("outcome").as_str()), (200, "refused"));
    assert_eq!(settle(r#"{"outcome":"used"}"#).problem(), (409, "collection-settled".into()));
    assert_eq!(setup.collect(&code).problem(), (410, "photo-settled".into()));
    assert_eq!(setup.studio("/v1/photos", &[]).json()["photos"][0]["refusal"]["reason"], "eyes_closed");
}

#[tokio::test]
async fn who_shows_an_office_listener_no_certificate_is_told_what_is_missing_and_what_to_do() {
    let setup = CurlSetup::new();
    let big = setup.write("big", &[b'x'; 400_000]);
    let ask =
        |path: &str, options: &[&str]| curl(&setup.home, None, &format!("{}{path}", setup.gateway.office()), options);
    let mut told = 0;
    for version in ["1.2", "1.3"] {
        let tls = [&format!("--tlsv{version}"), "--tls-max", version];
        for (language, sentence) in [("de", "Der Code bleibt gültig"), ("en", "the code stays valid")] {
            let accept = format!("Accept-Language: {language}");
            let data = format!("@{big}");
            for (path, options) in [
                ("/", &[][..]),
                ("/v1/collections", &["--data-binary", &data, "-H", "Content-Type: application/json"]),
                ("/.well-known/est/cacerts", &[]),
                ("/desk", &["--no-alpn", "--http1.0"]),
            ] {
                let refused = ask(path, &[&tls[..], &["-H", &accept], options].concat());
                assert_eq!(refused.status, 403, "{path}: {}", refused.stderr);
                if path == "/desk" {
                    // A person reads this one; German until somebody could switch.
                    let page = String::from_utf8_lossy(&refused.body).into_owned();
                    assert!(
                        page.contains("data-problem=\"certificate-missing\"")
                            && page.contains("An Ihrem Code ändert das nichts"),
                        "{page}"
                    );
                } else {
                    assert_eq!(refused.problem().1, "certificate-missing");
                    assert!(refused.text("detail").contains(sentence), "{}", refused.json());
                }
                assert!(refused.head.contains("\r\nconnection: close\r\n"), "{}", refused.head);
                told += 1;
            }
        }
    }
    let metric = "lichtbild_connections_without_certificate_total{listener=\"office\"}";
    assert_eq!(setup.gateway.metric(metric).await, told);
    let studio = curl(&setup.home, None, setup.gateway.studio(), &["--tlsv1.3"]);
    assert!(studio.status == 0 && studio.stderr.contains("certificate required"), "{}", studio.stderr);
    // Anybody can come without one: no line for each.
    let log = setup.gateway.log();
    assert!(log.contains("request listener=\"ops\"") && !log.contains("listener=\"office\" method"), "{log}");
}

#[test]
fn a_missing_certificate_is_an_alert_where_it_shall_not_be_explained() {
    let home = GatewayFolder::new();
    home.set("explain_missing_certificate", "false");
    let gateway = home.start();
    for version in ["1.2", "1.3"] {
        let refused = curl(&home, None, gateway.office(), &[&format!("--tlsv{version}"), "--tls-max", version]);
        assert!(refused.status == 0 && refused.stderr.contains("certificate required"), "{}", refused.stderr);
    }
}

#[test]
fn a_bad_certificate_is_rejected_in_the_handshake_with_the_reason() {
    let setup = CurlSetup::new();
    let revoked = setup.home.device("studio", "Foto Koch");
    let me = |device, url: &str| curl(&setup.home, device, &format!("{url}/v1/me"), &["--tlsv1.3"]);
    let (studio, office) = (setup.gateway.studio(), setup.gateway.office());
    assert_eq!(me(Some(&revoked), studio).status, 200);
    assert!(setup.home.run(&["device", "revoke", &revoked.device_id]).status.success());
    // The handshake learns it within two seconds; until then the request is refused, or cut off while it is under way.
    let begun = std::time::Instant::now();
    loop {
        let refused = me(Some(&revoked), studio);
        if refused.stderr.contains("certificate revoked") {
            break;
        }
        assert!(refused.status == 0 || refused.problem() == (403, "device-revoked".into()));
        assert!(begun.elapsed() < GENEROUS_TIMEOUT, "still shaken hands with: {}", refused.stderr);
    }
    let nobody = me(None, studio);
    assert!(nobody.status == 0 && nobody.stderr.contains("certificate required"), "{}", nobody.stderr);
    let anonymous = me(Some(&setup.office), studio);
    assert!(anonymous.status == 0 && anonymous.stderr.contains("unknown ca"), "{}", anonymous.stderr);
    // The office listener explains, and no handler runs.
    assert_eq!(me(Some(&setup.studio), office).problem(), (403, "certificate-unusable".into()));
    let log = setup.gateway.log();
    let served = log.lines().filter(|line| line.contains("/v1/me") && line.contains("status=200")).count();
    assert_eq!(served, 1, "a handler ran for somebody: {log}");
    // Those without a certificate may reach the enrolment listener, which has nothing to tell them yet.
    assert_eq!(me(None, setup.gateway.enrolment()).problem(), (404, "route-unknown".into()));
}

#[tokio::test]
async fn a_browser_reads_on_a_page_what_the_alert_tells_a_program() {
    let setup = CurlSetup::new();
    let revoked = setup.home.device("studio", "Foto Koch");
    assert!(setup.home.run(&["device", "revoke", &revoked.device_id]).status.success());
    let url = format!("{}/studio/", setup.gateway.studio());
    let ask = |device, options: &[&str]| curl(&setup.home, device, &url, options);
    let browser = ["-H", "Accept: text/html", "-H", "Accept-Language: de"];
    let connect = format!("href=\"{}/connect/\"", setup.gateway.enrolment());
    // The handshake learns of a revocation within two seconds. Until then a later check answers both with the page.
    wait_until("the handshake knows of the revocation", async || {
        ask(Some(&revoked), &[]).stderr.contains("certificate revoked")
    })
    .await;
    for version in ["1.2", "1.3"] {
        let tls = [&format!("--tlsv{version}"), "--tls-max", version];
        let options = [&tls[..], &browser].concat();
        let page = String::from_utf8_lossy(&ask(Some(&revoked), &options).body).into_owned();
        assert!(page.contains("<ol id=\"steps\">") && page.contains(&connect), "{page}");
        for (device, problem, alert) in [
            (None, "certificate-missing", "certificate required"),
            (Some(&setup.office), "certificate-unusable", "unknown ca"),
            (Some(&revoked), "device-revoked", "certificate revoked"),
        ] {
            let page = ask(device, &options);
            let text = String::from_utf8_lossy(&page.body).into_owned();
            assert!(page.status == 403 && text.contains(&format!("data-problem=\"{problem}\"")), "{text}");
            let program = ask(device, &tls);
            let told = format!("{} {} {}", program.status, program.head, program.stderr);
            assert!(program.status == 0 && program.stderr.contains(alert), "{problem}, TLS {version}: {told}");
        }
    }
    // An explained connection is counted at its end, which curl does not wait for.
    let explained = "lichtbild_connections_without_certificate_total{listener=\"studio\"}";
    let refused = "lichtbild_handshakes_failed_total{listener=\"studio\",reason=\"no_certificate\"}";
    for metric in [explained, refused] {
        wait_until(metric, async || setup.gateway.metric(metric).await == 2).await;
    }
}
