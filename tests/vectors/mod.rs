//! The test vectors of `fixtures/vectors`, through the functions of the product.

mod published;
#[cfg(unix)]
mod python;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use datamatrix::DataMatrix;
use lichtbild::clock::Timestamp;
use lichtbild::domain::code::enrolment_code::EnrolmentCode;
use lichtbild::domain::code::foreign_content::ForeignContent;
use lichtbild::domain::code::keyboard_fault::KeyboardFault;
use lichtbild::domain::code::retrieval_code::{CodeError, RetrievalCode, SymbolPosition};
use lichtbild::domain::digest::Sha256Digest;
use lichtbild::domain::log::chain::{ChainLink, ChainRow, ChainVerifier};
use lichtbild::domain::log::{CHAIN_START, chain_digest};
use lichtbild::domain::photo::idempotency::{IdempotencyKey, KeyOwner};
use lichtbild::receipt::data_matrix::{DataMatrixSymbol, SIDE_MODULES};
use lichtbild::sealing::KeyFile;
use lichtbild::sealing::enrolment_proof::{ProofKey, ProofMessage, invitation_lookup_id};
use serde_json::{Value, json};

use crate::support::router_client::{RouterClient, json_string, photo};
use crate::support::test_gateway::TestGateway;

/// Files and the tests that read them.
const FILES: [(&str, &str); 8] = [
    ("audit_log.json", "tests/vectors/mod.rs"),
    ("check_symbols.json", "tests/vectors/mod.rs"),
    ("codes.json", "tests/vectors/mod.rs"),
    ("content_digest.json", "tests/vectors/mod.rs"),
    ("datamatrix.json", "tests/vectors/mod.rs"),
    ("enrolment_proof.json", "tests/vectors/mod.rs"),
    ("idempotency.json", "tests/vectors/mod.rs"),
    // Keys and associated data are visible there only.
    ("seal.json", "src/sealing/vectors.rs"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn folder() -> PathBuf {
    root().join("fixtures/vectors")
}

fn cases(file: &str) -> Vec<Value> {
    let vectors: Value = serde_json::from_slice(&fs::read(folder().join(file)).unwrap()).unwrap();
    vectors["cases"].as_array().unwrap().clone()
}

/// Compares what `answer` gives for each case with what is expected.
#[track_caller]
fn check(file: &str, answer: impl Fn(&Value) -> Value) {
    let cases = cases(file);
    assert!(!cases.is_empty(), "{file}");
    for case in cases {
        assert_eq!(answer(&case["input"]), case["expected"], "{file}: {}", case["name"]);
    }
}

fn text<'a>(input: &'a Value, name: &str) -> &'a str {
    input[name].as_str().unwrap_or_else(|| panic!("{name} in {input}"))
}

fn digest(input: &Value, name: &str) -> Sha256Digest {
    Sha256Digest::parse_hex(text(input, name)).unwrap()
}

#[test]
fn every_file_of_vectors_is_read_by_a_test_and_described() {
    let files: BTreeSet<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".json"))
        .collect();
    assert_eq!(files, FILES.iter().map(|(file, _)| (*file).to_owned()).collect());
    let readme = fs::read_to_string(folder().join("README.md")).unwrap();
    for (file, test) in FILES {
        let test = fs::read_to_string(root().join(test)).unwrap();
        // In this file, once in the list and once in a test.
        let uses = if test.contains("const FILES") { 2 } else { 1 };
        assert!(test.matches(file).count() >= uses, "no test reads {file}");
        assert!(readme.contains(&format!("`{file}`")), "{file} is not in the README");
        let vectors: Value = serde_json::from_slice(&fs::read(folder().join(file)).unwrap()).unwrap();
        let names: BTreeSet<String> = cases(file).iter().map(|case| text(case, "name").to_owned()).collect();
        assert_eq!(names.len(), cases(file).len(), "names of {file}");
        assert!(vectors["description"].is_string() && vectors["source"].is_string(), "{file}");
    }
}

#[test]
fn check_symbols_are_those_of_the_vectors() {
    check("check_symbols.json", |input| {
        let symbols = text(input, "symbols");
        let fits = |check: &char| RetrievalCode::parse(&format!("{symbols}{check}")).is_ok();
        let fitting: String = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".chars().filter(fits).collect();
        json!({ "check_symbol": fitting })
    });
}

fn cause(error: CodeError) -> &'static str {
    match error {
        CodeError::Length { .. } => "length",
        CodeError::GroupLength { .. } => "group-length",
        CodeError::UnknownCharacter { place: Some(_), .. } => "character",
        CodeError::UnknownCharacter { place: None, .. } => "misplaced-character",
        CodeError::SwappedLayout => "swapped-layout",
        CodeError::CheckSymbol => "check-symbol",
        CodeError::Keyboard(KeyboardFault::HyphenAsEszett) => "eszett",
        CodeError::Keyboard(KeyboardFault::ShiftLock) => "shift-lock",
        CodeError::Keyboard(KeyboardFault::French) => "french",
        CodeError::Foreign(ForeignContent::CloudPhoto) => "cloud-photo",
        CodeError::Foreign(ForeignContent::WebAddress) => "web-address",
        CodeError::Foreign(ForeignContent::ArticleNumber) => "article-number",
        CodeError::Foreign(ForeignContent::Other { .. }) => "other-symbol",
    }
}

#[test]
fn codes_are_read_as_in_the_vectors() {
    check("codes.json", |input| match RetrievalCode::parse(text(input, "text")) {
        Ok(code) => json!({ "code": code.reveal() }),
        Err(error) => {
            let mut problem = json!({ "type": "code-malformed", "cause": cause(error) });
            if let Some(group) = error.group() {
                problem["group"] = group.into();
            }
            if let CodeError::UnknownCharacter { place: Some(SymbolPosition { position, .. }), .. } = error {
                problem["position"] = position.into();
            }
            problem
        }
    });
}

#[tokio::test]
async fn the_api_answers_the_texts_of_the_vectors_with_these_places() {
    let gateway = TestGateway::start().await;
    let office = gateway.office("Bürgeramt Mitte").await;
    for case in cases("codes.json").iter().filter(|case| case["expected"].get("type").is_some()) {
        let problem = office.collect(text(&case["input"], "text")).await.assert_problem(400, "code-malformed");
        for member in ["group", "position"] {
            assert_eq!(problem.get(member), case["expected"].get(member), "{}", case["name"]);
        }
    }
}

#[test]
fn the_symbol_on_the_receipt_has_the_content_of_the_vectors() {
    check("datamatrix.json", |input| {
        let symbol = DataMatrixSymbol::encode(&RetrievalCode::parse(text(input, "code")).unwrap()).unwrap();
        let side = usize::from(SIDE_MODULES);
        let mut modules = vec![false; side * side];
        for bar in symbol.bars() {
            let first = usize::from(bar.row) * side + usize::from(bar.column);
            modules[first..first + usize::from(bar.modules)].fill(true);
        }
        let content = String::from_utf8(DataMatrix::decode(&modules, side).unwrap()).unwrap();
        json!({ "content": content, "rows": side, "columns": side })
    });
}

#[test]
fn content_digests_are_read_as_in_the_vectors() {
    check("content_digest.json", |input| match Sha256Digest::find_in_content_digest(text(input, "field")) {
        Ok(found) => json!({ "sha256": found }),
        Err(_) => json!({ "type": "content-digest-malformed" }),
    });
}

#[test]
fn enrolment_proofs_are_those_of_the_vectors() {
    check("enrolment_proof.json", |input| {
        let code = EnrolmentCode::parse(text(input, "code")).unwrap();
        let nonce = digest(input, "nonce");
        let message = ProofMessage {
            nonce: nonce.as_bytes(),
            device_id: text(input, "device_id"),
            role: text(input, "role"),
            gateway: text(input, "gateway"),
            expires_at: text(input, "expires_at"),
            ca_sha256: digest(input, "ca_sha256"),
        };
        let proof = Sha256Digest::from_bytes(ProofKey::from_code(&code).prove(&message));
        json!({ "lookup": hex::encode(invitation_lookup_id(&code).as_bytes()), "proof": proof })
    });
}

/// A key file with this issuing key.
fn key_file(issuing_key: &str) -> KeyFile {
    let zeros = "00".repeat(32);
    let text = format!(
        "version = 1\nissuing_key = {issuing_key:?}\npepper = {zeros:?}\n[[epoch]]\nnumber = 1\nkey = {zeros:?}\n"
    );
    KeyFile::parse(&text).unwrap()
}

#[tokio::test]
async fn deposits_get_the_codes_of_the_vectors_and_repetitions_their_answers() {
    let gateway = TestGateway::start().await;
    let mut photos = 0;
    for case in cases("idempotency.json") {
        let input = &case["input"];
        let answer = if input.get("second").is_some() {
            // Photos that no earlier case has deposited.
            photos += 10;
            sequence(&gateway, input, photos).await
        } else if let Ok(key) = IdempotencyKey::parse(text(input, "idempotency_key")) {
            let keys = key_file(text(input, "issuing_key"));
            let device = KeyOwner::Device(text(input, "device_id").parse().unwrap());
            json!({
                "code": keys.issue_code(device, &key, digest(input, "photo_sha256")).reveal(),
                "request_id": hex::encode(keys.request_id(device, &key)),
            })
        } else {
            json!({ "type": "idempotency-key-malformed" })
        };
        assert_eq!(answer, case["expected"], "{}", case["name"]);
    }
}

async fn sequence(gateway: &TestGateway, input: &Value, photos: u32) -> Value {
    let one = gateway.studio(&format!("Foto Koch {photos}")).await;
    let devices = [one.clone(), gateway.device_of(&one.party).await];
    let deposit = async |deposit: &Value| {
        let device: &RouterClient = &devices[usize::from(deposit["device"] == 2)];
        let number = photos + u32::from(deposit["photo"] == 2);
        device.deposit(&photo(number), text(deposit, "idempotency_key")).await
    };
    let (first, second) = (deposit(&input["first"]).await, deposit(&input["second"]).await);
    assert_eq!((first.status, first.header("idempotent-replayed")), (201, ""));
    if second.status != 201 {
        return json!({ "second": second.json()["type"] });
    }
    let is_replayed = second.header("idempotent-replayed") == "true";
    let same_code = json_string(&first.json()["code"]) == json_string(&second.json()["code"]);
    json!({ "second": if is_replayed { "replayed" } else { "new" }, "same_code": same_code })
}

#[test]
fn logs_are_verified_as_in_the_vectors() {
    check("audit_log.json", |input| {
        let rows = input["rows"].as_array().unwrap();
        if rows[0].get("sha256").is_none() {
            let mut previous = CHAIN_START;
            let digests = rows.iter().map(|row| {
                let at: Timestamp = text(row, "at").parse().unwrap();
                previous = chain_digest(
                    &previous,
                    row["sequence"].as_i64().unwrap(),
                    at.unix_milliseconds(),
                    text(row, "actor"),
                    text(row, "event"),
                    row["subject"].as_str(),
                    text(row, "details"),
                );
                previous
            });
            return json!({ "sha256": digests.collect::<Vec<_>>() });
        }
        let mut verifier = ChainVerifier::starting_after(ChainLink::START, []);
        for row in rows {
            let row: ChainRow = serde_json::from_value(row.clone()).unwrap();
            if let Err(error) = verifier.verify_row(&row) {
                return json!({ "wrong_row": error.sequence, "kind": error.kind.name() });
            }
        }
        json!({ "verified_rows": verifier.finish().unwrap().rows() })
    });
}
