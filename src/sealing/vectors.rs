//! The test vectors of keys and envelopes, `fixtures/vectors/seal.json`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::envelope::{OpenError, OpenedPhoto, associated_data};
use super::key_file::KeyFile;
use crate::domain::code::retrieval_code::RetrievalCode;
use crate::domain::photo::{SealContext, StoredPhoto};

fn text<'a>(input: &'a Value, name: &str) -> &'a str {
    input[name].as_str().unwrap_or_else(|| panic!("{name}"))
}

fn answer(input: &Value) -> Value {
    let epoch = u32::try_from(input["epoch"].as_u64().unwrap()).unwrap();
    let (pepper, epoch_key) = (text(input, "pepper"), text(input, "epoch_key"));
    let file = format!(
        "version = 1\nissuing_key = {pepper:?}\npepper = {pepper:?}\n[[epoch]]\nnumber = {epoch}\nkey = {epoch_key:?}\n"
    );
    let file = KeyFile::parse(&file).unwrap();
    let keys = file.code_keys(&RetrievalCode::parse(text(input, "code")).unwrap());
    let (photo_id, studio_id) = (text(input, "photo_id").parse().unwrap(), text(input, "studio_id").parse().unwrap());
    let context = SealContext { photo_id, studio_id, epoch };
    let envelope = STANDARD.decode(text(input, "envelope")).unwrap();
    let mut answer = json!({
        "lookup_id": hex::encode(keys.lookup_id().as_bytes()),
        "tombstone_id": hex::encode(keys.lookup_id().tombstone().as_bytes()),
        "sealing_key": hex::encode(**file.sealing_key(&keys, epoch).unwrap()),
    });
    let version = envelope[0];
    let opened = file.open(StoredPhoto::from_store(envelope), &keys, context);
    if !matches!(opened, Err(OpenError::NotAnEnvelope)) {
        answer["associated_data"] = hex::encode(associated_data(version, context)).into();
    }
    match opened {
        Ok(OpenedPhoto { bytes, sha256, sealed_metadata }) => {
            answer["photo"] = hex::encode(bytes).into();
            answer["photo_sha256"] = sha256.to_string().into();
            answer["sealed_metadata"] = serde_json::to_value(sealed_metadata).unwrap();
        }
        Err(OpenError::NotAnEnvelope) => answer["error"] = "not-an-envelope".into(),
        Err(OpenError::DecryptionFailed) => answer["error"] = "decryption-failed".into(),
        Err(OpenError::UnreadableMetadata) => answer["error"] = "unreadable-metadata".into(),
        Err(OpenError::DigestMismatch) => answer["error"] = "digest-mismatch".into(),
        Err(error @ OpenError::NoEpochKey) => panic!("{error}"),
    }
    answer
}

#[test]
fn keys_and_envelopes_are_those_of_the_vectors() {
    let vectors: Value = serde_json::from_str(include_str!("../../fixtures/vectors/seal.json")).unwrap();
    let cases = vectors["cases"].as_array().unwrap();
    assert!(cases.iter().any(|case| case["expected"].get("photo").is_some()));
    assert!(cases.iter().any(|case| case["expected"].get("error").is_some()));
    for case in cases {
        assert_eq!(answer(&case["input"]), case["expected"], "{}", case["name"]);
    }
}
