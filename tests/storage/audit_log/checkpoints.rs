//! Rows that checkpoints cover, and rows that they do not.

use lichtbild::flows::maintenance::checkpoint::{SignCheckpointError, checkpoint, is_due};
use lichtbild::identity::signing::checkpoint_key::{CheckpointKey, VerifyCheckpointError};

use crate::support::test_gateway::{MINUTE, TestGateway};

const NAME: &str = "gateway.example";

#[tokio::test]
async fn a_checkpoint_is_signed_when_something_was_added_and_counts_every_row() {
    let gateway = TestGateway::start().await;
    let key = CheckpointKey::generate().unwrap();
    let sign = async || checkpoint(&gateway.gateway, &key, NAME).await.unwrap();
    assert_eq!(sign().await, None, "there is nothing to vouch for");
    let studio = gateway.studio("Foto Koch").await;
    assert!(is_due(&gateway.gateway, 60 * MINUTE).await.unwrap());
    let first = sign().await.unwrap();
    assert_eq!((first.count, first.time, first.gateway.as_str()), (2, gateway.now(), NAME));
    assert_eq!(sign().await, None);

    studio.deposit_numbered(1).await;
    assert!(!is_due(&gateway.gateway, 60 * MINUTE).await.unwrap());
    gateway.advance(60 * MINUTE);
    assert!(is_due(&gateway.gateway, 60 * MINUTE).await.unwrap());
    let second = sign().await.unwrap();
    assert_eq!((second.count, second.log), (3, first.log));
    assert_eq!(gateway.database.count("checkpoints").await, 2);
}

#[tokio::test]
async fn two_nodes_that_sign_at_the_same_moment_do_no_harm() {
    let gateway = TestGateway::start().await;
    gateway.studio("Foto Koch").await.deposit_numbered(1).await;
    let key = CheckpointKey::generate().unwrap();
    let sign = || checkpoint(&gateway.gateway, &key, NAME);
    let (one, other) = tokio::join!(sign(), sign());
    let signed = [one.unwrap(), other.unwrap()];
    assert!(signed.iter().any(Option::is_some));
    assert_eq!(gateway.database.count("checkpoints").await, 1);
}

#[tokio::test]
async fn no_checkpoint_is_signed_for_a_tampered_log() {
    for tampering in [
        "UPDATE audit SET actor = 'nobody' WHERE sequence = 4",
        "DELETE FROM audit WHERE sequence = 4",
        "DELETE FROM audit WHERE sequence >= 3",
        "DELETE FROM audit WHERE sequence >= 2",
        "UPDATE audit SET sha256 = prev WHERE sequence = 3",
    ] {
        let gateway = TestGateway::start().await;
        let key = CheckpointKey::generate().unwrap();
        let studio = gateway.studio("Foto Koch").await;
        studio.deposit_numbered(1).await;
        checkpoint(&gateway.gateway, &key, NAME).await.unwrap().unwrap();
        studio.deposit_numbered(2).await;
        studio.deposit_numbered(3).await;
        gateway.database.unlock_audit().await;
        gateway.database.execute(tampering).await.unwrap();
        let refused = checkpoint(&gateway.gateway, &key, NAME).await;
        // Rows before the last checkpoint were verified then; `audit verify` checks them again.
        let is_behind = !tampering.ends_with("sequence = 3");
        assert_eq!(matches!(refused, Err(SignCheckpointError::BrokenChain(_))), is_behind, "{tampering}: {refused:?}");
    }
}

#[tokio::test]
async fn a_node_with_another_key_signs_nothing() {
    let gateway = TestGateway::start().await;
    let [ours, theirs] = [CheckpointKey::generate().unwrap(), CheckpointKey::generate().unwrap()];
    let studio = gateway.studio("Foto Koch").await;
    checkpoint(&gateway.gateway, &ours, NAME).await.unwrap().unwrap();
    studio.deposit_numbered(1).await;
    let refused = checkpoint(&gateway.gateway, &theirs, NAME).await;
    assert!(
        matches!(refused, Err(SignCheckpointError::LastCheckpoint(VerifyCheckpointError::OtherKey { .. }))),
        "{refused:?}"
    );
    assert_eq!(gateway.database.count("checkpoints").await, 1);
}

#[tokio::test]
async fn checkpoints_do_not_change_and_stay() {
    let gateway = TestGateway::start().await;
    gateway.studio("Foto Koch").await;
    checkpoint(&gateway.gateway, &CheckpointKey::generate().unwrap(), NAME).await.unwrap().unwrap();
    for tampering in ["UPDATE checkpoints SET at = 0", "DELETE FROM checkpoints"] {
        let refused = gateway.database.execute(tampering).await.unwrap_err().to_string();
        assert!(refused.contains("append-only"), "{refused}");
    }
}
