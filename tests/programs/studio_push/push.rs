use std::fs;
use std::time::Duration;

use lichtbild::client::photo::deposit::ClientDepositError;
use lichtbild::client::photo::push::PushError;
use lichtbild::client::photo::spool::RepeatPolicy;
use lichtbild::domain::digest::Sha256Digest;
use serde_json::json;

use super::push_studio::{PHOTO, PushStudio, suffixed};
use crate::support::fake_gateway::{FakeGateway, ScriptedReply, code_for};

#[tokio::test]
async fn a_photo_travels_unchanged_and_its_receipt_stays_beside_it() {
    let gateway = FakeGateway::with_script([]).await;
    let studio = PushStudio::beside(&gateway);
    let pushed = studio.push().await.unwrap();
    let seen = gateway.uploads();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].body, PHOTO);
    assert_eq!(seen[0].header("content-type"), "image/jpeg");
    assert_eq!(seen[0].header("content-digest"), Sha256Digest::of(PHOTO).to_content_digest());
    assert_eq!(seen[0].header("accept-language"), "en");
    assert_eq!(seen[0].key().len(), 36);
    assert_eq!(pushed.receipt.code, code_for(seen[0].key()));
    assert!(!pushed.replayed);
    assert!(!studio.spool().exists());
    assert!(fs::read_to_string(studio.receipt()).unwrap().contains(&pushed.receipt.code));
}

#[tokio::test]
async fn whatever_breaks_on_the_way_the_next_try_has_the_same_key() {
    for breakage in [
        ScriptedReply::CutUpload,
        ScriptedReply::StoreThenCut,
        ScriptedReply::CutAnswer,
        ScriptedReply::Problem(409, "deposit-in-progress", None),
        ScriptedReply::Problem(503, "storage-unavailable", None),
        ScriptedReply::Problem(500, "internal", None),
        ScriptedReply::Text(502, "<h1>Bad Gateway</h1>"),
        ScriptedReply::Text(504, ""),
        ScriptedReply::Text(408, ""),
    ] {
        let gateway = FakeGateway::with_script([breakage.clone(), breakage.clone()]).await;
        let studio = PushStudio::beside(&gateway);
        let pushed = studio.push().await.unwrap_or_else(|error| panic!("{breakage:?}: {error:?}"));
        assert_eq!(studio.patience.pauses().len(), 2, "{breakage:?}");
        let seen = gateway.uploads();
        assert!(seen.iter().all(|upload| upload.key() == seen[0].key()), "{breakage:?}");
        assert_eq!(pushed.receipt.code, code_for(seen[0].key()));
        assert_eq!(
            pushed.replayed,
            matches!(breakage, ScriptedReply::StoreThenCut | ScriptedReply::CutAnswer),
            "{breakage:?}"
        );
    }
}

#[tokio::test]
async fn retry_after_is_waited_for() {
    let gateway = FakeGateway::with_script([
        ScriptedReply::Problem(429, "too-many-requests", Some("77")),
        ScriptedReply::Problem(503, "storage-unavailable", Some("Sun, 22 Nov 2026 09:31:00 GMT")),
    ])
    .await;
    let studio = PushStudio::beside(&gateway);
    studio.push().await.unwrap();
    assert_eq!(studio.patience.pauses(), [Duration::from_secs(77), Duration::from_secs(60)]);
}

#[tokio::test]
async fn giving_up_keeps_the_spool_and_the_next_push_its_key() {
    let gateway = FakeGateway::with_script([ScriptedReply::Problem(429, "too-many-requests", Some("601"))]).await;
    let studio = PushStudio::beside(&gateway);
    let error = studio.push().await.unwrap_err();
    assert!(matches!(error, PushError::Deposit(ClientDepositError::GaveUp { tries: 1, .. })), "{error:?}");
    assert!(studio.patience.pauses().is_empty(), "a pause that leads nowhere is not begun");
    assert!(studio.spool().exists());
    studio.push().await.unwrap();
    let seen = gateway.uploads();
    assert_eq!(seen[0].key(), seen[1].key());
    assert!(studio.notices().contains("Resuming"));
}

#[tokio::test]
async fn a_gateway_that_is_never_there_ends_in_giving_up() {
    let gateway = FakeGateway::with_script([]).await;
    // A port without a listener.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    gateway.write_config(&format!("https://{closed}"));
    let studio = PushStudio::beside(&gateway);
    let error = studio.push().await.unwrap_err();
    assert!(matches!(error, PushError::Deposit(ClientDepositError::GaveUp { .. })), "{error:?}");
    let waited: Duration = studio.patience.pauses().iter().sum();
    assert!(waited <= Duration::from_secs(600) && waited > Duration::from_secs(560), "{waited:?}");
}

#[tokio::test]
async fn a_refused_photo_is_final_and_leaves_nothing_to_finish() {
    for (status, kind) in [(422, "photo-refused"), (413, "photo-too-large"), (415, "format-unsupported")] {
        let gateway = FakeGateway::with_script([ScriptedReply::Problem(status, kind, None)]).await;
        let studio = PushStudio::beside(&gateway);
        let error = studio.push().await.unwrap_err();
        assert!(matches!(error, PushError::Deposit(ClientDepositError::Refused(_))), "{error:?}");
        assert_eq!(gateway.uploads().len(), 1);
        assert!(!studio.spool().exists() && !studio.receipt().exists());
    }
}

/// Happens if the operator lowers the size limit between a deposit and its repetition.
const REFUSED: ScriptedReply = ScriptedReply::Problem(413, "photo-too-large", None);

fn refused_after_silence(error: &PushError) -> bool {
    matches!(error, PushError::RefusedMaybeStored { .. })
}

#[tokio::test]
async fn a_refusal_after_an_unanswered_try_keeps_the_key_and_so_the_code() {
    for silence in
        [ScriptedReply::StoreThenCut, ScriptedReply::CutAnswer, ScriptedReply::CutUpload, ScriptedReply::Text(504, "")]
    {
        let gateway = FakeGateway::with_script([silence.clone(), REFUSED, REFUSED]).await;
        let studio = PushStudio::beside(&gateway);
        for _ in 0..2 {
            let error = studio.push().await.unwrap_err();
            assert!(refused_after_silence(&error), "{silence:?}: {error:?}");
            assert!(studio.spool().exists(), "{silence:?}");
        }
        let pushed = studio.push().await.unwrap();
        assert_eq!(pushed.receipt.code, code_for(gateway.uploads()[0].key()), "{silence:?}");
        assert_eq!(
            pushed.replayed,
            matches!(silence, ScriptedReply::StoreThenCut | ScriptedReply::CutAnswer),
            "{silence:?}"
        );
    }
}

#[tokio::test]
async fn an_unanswered_try_of_an_earlier_push_is_not_forgotten() {
    let gateway = FakeGateway::with_script([
        ScriptedReply::StoreThenCut,
        ScriptedReply::Problem(429, "too-many-requests", Some("9999")),
    ])
    .await;
    let studio = PushStudio::beside(&gateway);
    assert!(matches!(studio.push().await, Err(PushError::Deposit(ClientDepositError::GaveUp { .. }))));
    gateway.extend_script([ScriptedReply::Problem(429, "too-many-requests", Some("9999")), REFUSED]);
    assert!(matches!(studio.push().await, Err(PushError::Deposit(ClientDepositError::GaveUp { .. }))));
    let error = studio.push().await.unwrap_err();
    assert!(refused_after_silence(&error), "{error:?}");
    assert!(studio.push().await.unwrap().replayed);
}

#[tokio::test]
async fn a_refusal_after_answered_tries_leaves_nothing_to_finish() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for unreachable_first in [false, true] {
        let busy = ScriptedReply::Problem(429, "too-many-requests", Some("9999"));
        let gateway =
            FakeGateway::with_script([busy, ScriptedReply::Problem(403, "studio-suspended", None), REFUSED]).await;
        let studio = PushStudio::beside(&gateway);
        if unreachable_first {
            let right = std::fs::read_to_string(gateway.config()).unwrap();
            gateway.write_config(&format!("https://{closed}"));
            PushStudio::beside(&gateway).push().await.unwrap_err();
            std::fs::write(gateway.config(), right).unwrap();
        }
        for _ in 0..2 {
            studio.push().await.unwrap_err();
            assert!(studio.spool().exists());
        }
        let error = studio.push().await.unwrap_err();
        assert!(matches!(error, PushError::Deposit(ClientDepositError::Refused(_))), "{error:?}");
        assert!(!studio.spool().exists());
        let seen = gateway.uploads();
        assert!(seen.iter().all(|upload| upload.key() == seen[0].key()));
    }
}

#[tokio::test]
async fn other_refusals_are_final_and_keep_the_spool() {
    for (status, kind) in
        [(403, "studio-suspended"), (403, "device-revoked"), (422, "idempotency-key-reused"), (400, "digest-mismatch")]
    {
        let gateway = FakeGateway::with_script([ScriptedReply::Problem(status, kind, None)]).await;
        let studio = PushStudio::beside(&gateway);
        let error = studio.push().await.unwrap_err();
        let as_expected = match &error {
            PushError::Deposit(ClientDepositError::NotAllowed(_)) => status == 403,
            PushError::Deposit(ClientDepositError::UnexpectedProblem(_)) => status != 403,
            _ => false,
        };
        assert!(as_expected, "{error:?}");
        assert_eq!(gateway.uploads().len(), 1);
        assert!(studio.spool().exists());
    }
}

#[tokio::test]
async fn a_receipt_for_something_else_is_not_taken() {
    for (field, value) in [
        ("sha256", json!("00".repeat(32))),
        ("bytes", json!(1)),
        ("code", json!("G94ZJ-756FW-FHRWS-2ZVE9")),
        ("photo_id", json!("not an identifier")),
    ] {
        let gateway = FakeGateway::with_script([ScriptedReply::ReceiptWithField(field, value)]).await;
        let studio = PushStudio::beside(&gateway);
        let error = studio.push().await.unwrap_err();
        assert!(
            matches!(
                error,
                PushError::Deposit(ClientDepositError::ReceiptMismatch(_) | ClientDepositError::InvalidReceipt(_))
            ),
            "{error:?}"
        );
        assert!(studio.spool().exists() && !studio.receipt().exists());
    }
}

#[tokio::test]
async fn what_is_no_gateway_is_told_as_such() {
    for reply in
        [ScriptedReply::Text(200, "<h1>It works!</h1>"), ScriptedReply::Text(404, "no"), ScriptedReply::Text(301, "")]
    {
        let gateway = FakeGateway::with_script([reply]).await;
        let studio = PushStudio::beside(&gateway);
        let error = studio.push().await.unwrap_err();
        assert!(matches!(error, PushError::Deposit(ClientDepositError::NotAGateway { .. })), "{error:?}");
        assert!(studio.spool().exists());
    }
}

#[tokio::test]
async fn a_second_push_shows_the_stored_receipt_without_the_gateway() {
    let gateway = FakeGateway::with_script([]).await;
    let studio = PushStudio::beside(&gateway);
    let first = studio.push().await.unwrap();
    let second = studio.push().await.unwrap();
    assert_eq!(gateway.uploads().len(), 1);
    assert_eq!(second.receipt, first.receipt);
    assert!(second.replayed);
    assert!(!studio.spool().exists());
}

#[tokio::test]
async fn again_gives_a_second_code_and_keeps_the_first_receipt() {
    let gateway = FakeGateway::with_script([]).await;
    let mut studio = PushStudio::beside(&gateway);
    let first = studio.push().await.unwrap();
    studio.repeat = RepeatPolicy::DepositAgain;
    let second = studio.push().await.unwrap();
    assert_ne!(second.receipt.code, first.receipt.code);
    assert!(fs::read_to_string(studio.receipt()).unwrap().contains(&second.receipt.code));
    let kept = suffixed(&studio.receipt(), ".1");
    assert!(fs::read_to_string(kept).unwrap().contains(&first.receipt.code));
}

#[tokio::test]
async fn two_pushes_of_one_photo_at_once_agree_on_one_code() {
    let gateway = FakeGateway::with_script([]).await;
    let (one, other) = (PushStudio::beside(&gateway), PushStudio::beside(&gateway));
    let other = PushStudio { entropy: lichtbild::entropy::SeededEntropy::new(2), ..other };
    let (first, second) = tokio::join!(one.push(), other.push());
    assert_eq!(first.unwrap().receipt, second.unwrap().receipt);
    assert!(gateway.uploads().iter().all(|upload| upload.key() == gateway.uploads()[0].key()));
    assert!(!one.spool().exists() && one.receipt().exists());
}
