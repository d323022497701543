//! Parts of the scripts that make a key and its file, run by node: the results are compared with the gateway and read by other programs.

skip_in!(quick, postgres: "starts node and other programs");

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lichtbild::domain::code::enrolment_code::EnrolmentCode;
use lichtbild::domain::digest::Sha256Digest;
use lichtbild::domain::party::Role;
use lichtbild::identity::certificate::{group_fingerprint, read_certificate};
use lichtbild::identity::request::certificate_request::read_request;
use lichtbild::sealing::enrolment_proof::invitation_lookup_id;
use serde_json::{Value, json};

use crate::support::enrolment::{EST, certificate};
use crate::support::router_client::RouterResponse;
use crate::support::test_gateway::TestGateway;

/// Node with the scripts.
struct ScriptParts {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl ScriptParts {
    fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/script_parts.mjs");
        let mut node = Command::new("node");
        let mut child = node.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("node runs");
        let (input, output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, input, output }
    }

    fn ask(&mut self, what: &str, mut values: Value) -> Value {
        values["what"] = what.into();
        writeln!(self.input, "{values}").unwrap();
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("{what}: {line}"))
    }
}

impl Drop for ScriptParts {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

fn body(answer: &RouterResponse) -> String {
    assert_eq!(answer.status, 200, "{answer:?}");
    String::from_utf8(answer.body.to_vec()).unwrap()
}

/// Runs a program in `folder` and returns its output.
fn run(folder: &Path, program: &str, arguments: &[&str]) -> (bool, String) {
    let output = Command::new(program).args(arguments).current_dir(folder).output();
    let output = output.unwrap_or_else(|error| panic!("{program} does not run ({error}): let tests/run install it"));
    let shown = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&shown).into_owned())
}

fn succeed(folder: &Path, program: &str, arguments: &[&str]) -> String {
    let (is_success, shown) = run(folder, program, arguments);
    assert!(is_success, "{program} {arguments:?}: {shown}");
    shown
}

#[test]
fn der_is_written_as_x_690_says() {
    let written = ScriptParts::start().ask("der", json!({}));
    assert_eq!(
        written,
        json!([
            "020100",
            "020101",
            "02017f",
            "02020080",
            "020200ff",
            "02020100",
            "0203010000",
            "0203008001",
            "060b2a864886f70d010c0a0102",
            "060960864801650304012a",
            "04818000",
            "0482010000",
            "0303000102",
            "31080201010201020500",
            "a0023000",
            "1e08004200fc20acfffd",
        ])
    );
    let damaged = ScriptParts::start()
        .ask("damaged", json!({ "texts": ["30", "3001", "3081", "30850000000000", "308000", "3000", "300101"] }));
    assert_eq!(damaged, json!([true, true, true, true, true, false, false]));
}

#[test]
fn every_request_proves_its_key_and_names_its_fingerprint() {
    let mut parts = ScriptParts::start();
    // Often enough that r or s of a signature begins with a zero byte or with a bit that would be a sign.
    for _ in 0..300 {
        let made = parts.ask("key", json!({}));
        let request = STANDARD.decode(text(&made["request"])).unwrap();
        let key = read_request(&request).unwrap();
        assert_eq!(made["fingerprint"], group_fingerprint(&Sha256Digest::of(&key.to_spki_der())));
    }
}

#[tokio::test]
async fn the_file_of_a_browser_opens_with_openssl_java_and_nss() {
    let gateway = TestGateway::start().await;
    let anonymous = gateway.anonymous_client();
    let mut parts = ScriptParts::start();
    for office in ["Bürgerbüro Mitte", "Łódź 📷 <b>&\"'"] {
        let invite = gateway.invite_browser(office, "Schalter 3").await;
        let made = parts.ask("key", json!({}));
        let request = STANDARD.decode(text(&made["request"])).unwrap();
        let (device_id, code) = (invite.device.device_id.to_string(), invite.code.reveal());
        let enrolled = anonymous.enrol(&device_id, &code, &request).await;
        let issued = read_certificate(&certificate(&enrolled)).unwrap();
        let authorities = body(&anonymous.get(&format!("{EST}/cacerts")).await);
        let friendly = format!("{office}, Schalter 3, bis 22.11.2027");
        let values = json!({ "certificate": body(&enrolled), "authorities": authorities, "name": friendly });
        let packed = parts.ask("pack", values);
        assert_eq!(packed["commonNames"][0], format!("{office}, Schalter 3"));
        assert_eq!(packed["commonNames"].as_array().unwrap().len(), 3, "{packed}");
        assert_eq!(packed["end"], issued.not_after.to_string());
        let password = text(&packed["password"]);
        assert!(password.len() == 23 && password.split('-').all(|group| group.len() == 5), "{password}");

        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        std::fs::write(at.join("device.p12"), STANDARD.decode(text(&packed["file"])).unwrap()).unwrap();
        std::fs::write(at.join("password"), password).unwrap();
        let open = ["pkcs12", "-in", "device.p12", "-passin", "file:password"];
        let shown = succeed(at, "openssl", &[&open[..], &["-info", "-noout"]].concat());
        for expected in
            ["MAC: sha256", "PBES2, PBKDF2, AES-256-CBC, Iteration 10000, PRF hmacWithSHA256", "Shrouded Keybag"]
        {
            assert!(shown.contains(expected), "{shown}");
        }
        succeed(at, "openssl", &[&open[..], &["-nodes", "-nocerts", "-out", "key.pem"]].concat());
        succeed(at, "openssl", &[&open[..], &["-clcerts", "-nokeys", "-out", "certificate.pem"]].concat());
        let of_key = succeed(at, "openssl", &["pkey", "-in", "key.pem", "-pubout"]);
        assert_eq!(of_key, succeed(at, "openssl", &["x509", "-in", "certificate.pem", "-noout", "-pubkey"]));
        assert_eq!(issued.spki_sha256, read_request(&request).map(|key| Sha256Digest::of(&key.to_spki_der())).unwrap());
        let (is_open, _) = run(at, "openssl", &["pkcs12", "-in", "device.p12", "-passin", "pass:wrong", "-noout"]);
        assert!(!is_open);

        let store = ["-keystore", "device.p12", "-storetype", "PKCS12", "-storepass", password];
        let listed = succeed(
            at,
            "keytool",
            &[&["-J-Dfile.encoding=UTF-8", "-J-Dstdout.encoding=UTF-8", "-list", "-v"], &store[..]].concat(),
        );
        let shown_name = friendly.replace('📷', "\u{fffd}").to_lowercase();
        assert!(
            listed.contains("Entry type: PrivateKeyEntry") && listed.contains("Certificate chain length: 2"),
            "{listed}"
        );
        assert!(listed.contains(&shown_name), "{shown_name} is not in {listed}");
        let listed = succeed(at, "pk12util", &["-l", "device.p12", "-w", "password"]);
        assert!(listed.contains("Certificate(has private key)"), "{listed}");
        succeed(at, "certutil", &["-N", "-d", "sql:.", "--empty-password"]);
        succeed(at, "pk12util", &["-i", "device.p12", "-d", "sql:.", "-w", "password", "-K", ""]);
        let keys = succeed(at, "certutil", &["-K", "-d", "sql:."]);
        assert!(keys.contains("bis 22.11.2027"), "{keys}");
    }
}

#[test]
fn only_a_ca_that_signed_the_certificate_is_put_into_the_file() {
    let mut parts = ScriptParts::start();
    let folder = tempfile::tempdir().unwrap();
    let openssl = |arguments: &str| {
        succeed(folder.path(), "openssl", &arguments.split(' ').collect::<Vec<_>>());
    };
    let der = |name: &str| {
        openssl(&format!("x509 -in {name}.pem -outform DER -out {name}.der"));
        STANDARD.encode(std::fs::read(folder.path().join(format!("{name}.der"))).unwrap())
    };
    // The last three are no CAs of a gateway.
    for (key, digest, expected) in [
        ("ec -pkeyopt ec_paramgen_curve:P-256", "-sha256", json!([1])),
        ("ec -pkeyopt ec_paramgen_curve:P-384", "-sha384", json!([1])),
        ("rsa -pkeyopt rsa_keygen_bits:2048", "-sha256", json!([1])),
        ("rsa -pkeyopt rsa_keygen_bits:2048", "-sha1", json!([])),
        ("ec -pkeyopt ec_paramgen_curve:P-521", "-sha256", json!([])),
        ("ed25519", "-sha256", json!([])),
    ] {
        for name in ["forged", "genuine", "other"] {
            let subject = if name == "other" { "/CN=Other" } else { "/CN=CA" };
            openssl(&format!("req -x509 -newkey {key} -nodes -keyout {name}.key -out {name}.pem -subj {subject}"));
        }
        let authorities = ["forged", "genuine", "other"].map(der);
        // Often enough that r or s of a signature begins with a zero byte or with a bit that would be a sign.
        for _ in 0..if key.starts_with("ec ") { 20 } else { 1 } {
            openssl(&format!(
                "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout leaf.key -out leaf.pem \
                 -subj /CN=Leaf -CA genuine.pem -CAkey genuine.key {digest}"
            ));
            let asked = json!({ "certificate": der("leaf"), "authorities": authorities });
            assert_eq!(parts.ask("issuers", asked), expected, "{key} {digest}");
        }
        let damaged = json!({ "certificate": der("leaf"), "authorities": ["MAMCAQE="] });
        assert!(parts.ask("issuers", damaged)["error"].is_string(), "{key}");
    }
}

#[test]
fn the_file_is_named_by_letters_and_digits_of_its_device_and_the_local_day_of_its_end() {
    let names = ["Foto Müller, Kasse 1", "../../etc/passwd", "a\u{202e}gpj.exe <b>:\"|?*\n", &"ö".repeat(200), "…"];
    let written = ScriptParts::start().ask("fileNames", json!({ "names": names }));
    assert_eq!(
        written,
        json!([
            "Lichtbild-Foto-Müller-Kasse-1-2027-11-23.p12",
            "Lichtbild-etc-passwd-2027-11-23.p12",
            "Lichtbild-a-gpj-exe-b-2027-11-23.p12",
            format!("Lichtbild-{}-2027-11-23.p12", "ö".repeat(64)),
            "Lichtbild-2027-11-23.p12",
        ])
    );
}

#[tokio::test]
async fn a_page_recognises_the_gateway_by_the_proof_and_no_other() {
    let gateway = TestGateway::start().await;
    let (anonymous, mut parts) = (gateway.anonymous_client(), ScriptParts::start());
    for role in [Role::Studio, Role::Office] {
        let invite = gateway.invite(role, "Foto Koch").await;
        let (code, nonce) = (invite.code.reveal().to_string(), "0f".repeat(32));
        let lookup = parts.ask("invitation", json!({ "code": code }))["lookup"].clone();
        let expected = Sha256Digest::from_bytes(*invitation_lookup_id(&invite.code).as_bytes()).to_string();
        assert_eq!(lookup, expected);
        let answer = anonymous.look_up(text(&lookup), &nonce).await.json();
        let mut is_proved = |nonce: &str, answer: &Value| {
            parts.ask("invitation", json!({ "code": code, "nonce": nonce, "answer": answer }))["isProved"].clone()
        };
        assert_eq!(is_proved(&nonce, &answer), true);
        assert_eq!(is_proved(&"0e".repeat(32), &answer), false);
        for field in ["device_id", "role", "gateway", "expires_at", "proof"] {
            let mut changed = answer.clone();
            let value = text(&answer[field]);
            changed[field] = format!("{}{}", if value.starts_with('0') { '1' } else { '0' }, &value[1..]).into();
            assert_eq!(is_proved(&nonce, &changed), false, "{field}");
        }
        let mut changed = answer.clone();
        changed["ca"] = text(&answer["ca"]).replacen("MII", "MIJ", 1).into();
        assert_eq!(is_proved(&nonce, &changed), false, "ca");
    }
}

/// 32 bytes from the secret of a code (RFC 5869).
fn derived(code: &EnrolmentCode, info: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    let key = Salt::new(HKDF_SHA256, &[]).extract(code.secret_symbols());
    key.expand(&[info.as_bytes()], HKDF_SHA256).unwrap().fill(&mut bytes).unwrap();
    bytes
}

#[test]
fn a_kept_key_is_sealed_by_the_code_of_its_invitation() {
    let mut parts = ScriptParts::start();
    let (code, other) = ("G94ZJ-756FW-FHRWS-2ZVE8", "00000-00000-00000-00000");
    let made = parts.ask("key", json!({}));
    let invitation = json!({ "gateway": "https://gateway.example:7443", "party": { "name": "Foto Müller 📷" } });
    let sealed = parts.ask("seal", json!({ "code": code, "invitation": invitation }));
    let asked = |code: &str, iv: &Value, bytes: &str| json!({ "code": code, "iv": iv, "bytes": bytes });
    let bytes = text(&sealed["bytes"]);
    let opened = parts.ask("open", asked(code, &sealed["iv"], bytes));
    assert_eq!((&opened["fingerprint"], &opened["invitation"]), (&made["fingerprint"], &invitation));
    let request = STANDARD.decode(text(&opened["request"])).unwrap();
    let key = read_request(&request).unwrap().to_spki_der();
    assert_eq!(made["fingerprint"], group_fingerprint(&Sha256Digest::of(&key)));

    assert!(parts.ask("open", asked(other, &sealed["iv"], bytes))["error"].is_string());
    let changed = format!("{}{}", if bytes.starts_with('0') { '1' } else { '0' }, &bytes[1..]);
    assert!(parts.ask("open", asked(code, &sealed["iv"], &changed))["error"].is_string());
    let again = parts.ask("seal", json!({ "code": code, "invitation": invitation }));
    assert!(again["iv"] != sealed["iv"] && again["bytes"] != sealed["bytes"]);

    // By the same derivation and cipher outside the page.
    let code = EnrolmentCode::parse(code).unwrap();
    let key = UnboundKey::new(&AES_256_GCM, &derived(&code, "lichtbild/browser-key/v1")).unwrap();
    let nonce = Nonce::try_assume_unique_for_key(&hex::decode(text(&sealed["iv"])).unwrap()).unwrap();
    let mut bytes = hex::decode(bytes).unwrap();
    let plain = LessSafeKey::new(key).open_in_place(nonce, Aad::empty(), &mut bytes).unwrap();
    let plain: Value = serde_json::from_slice(plain).unwrap();
    let spki = STANDARD.decode(text(&plain["key"]["spki"])).unwrap();
    assert_eq!(made["fingerprint"], group_fingerprint(&Sha256Digest::of(&spki)));
}

#[test]
fn codes_are_read_as_the_gateway_reads_them() {
    let table: Value = serde_json::from_str(include_str!("code_spellings.json")).unwrap();
    let mut parts = ScriptParts::start();
    for entry in table["codes"].as_array().unwrap() {
        let read = parts.ask("codes", json!({ "texts": entry["spellings"] }));
        assert!(read.as_array().unwrap().iter().all(|code| *code == entry["code"]), "{read}");
    }
    let typos = json!({ "texts": ["", "G94ZJ-756FW-FHRWS-2ZVE9", "G94ZJ-756FW-FHRWS-2ZVE", "G94ZJ-756FW-FHRWS-2ZVE8-0", "U94ZJ-756FW-FHRWS-2ZVE8"] });
    assert!(parts.ask("codes", typos).as_array().unwrap().iter().all(Value::is_null));
}
