//! Anchors of a shortened log.

use super::*;

const SECOND: i64 = 1_000;

fn link(sequence: i64, text: &[u8]) -> ChainLink {
    ChainLink { sequence, sha256: Sha256Digest::of(text) }
}

fn at(milliseconds: i64) -> Timestamp {
    Timestamp::from_unix_milliseconds(milliseconds)
}

/// The anchor of a log that was shortened at `NOW`, when the retention of its rows had just ended.
fn anchor() -> LogAnchor {
    let link = link(5, b"row");
    LogAnchor { link, moved_at: at(NOW), checkpoint: Some((link, at(NOW) - LOG_RETENTION)), is_last: true }
}

/// Reports whether the anchor is right for a log with a row about a purge up to row 5.
fn is_right(anchor: &LogAnchor, now: Option<i64>) -> bool {
    let mut log = TestLog::new(None);
    let details = json!({ "up_to": 5, "sha256": Sha256Digest::of(b"row") });
    log.add(NOW, AuditEvent::LogShortened, "", details, None);
    log.reconciler.compare_anchor(anchor, now.map(at), &mut log.report);
    log.fault_count(IntegrityFault::AnchorDiffers) == 0
}

#[test]
fn an_anchor_has_the_row_and_the_time_of_its_purge() {
    for (moved_at, expected) in [(0, true), (60 * SECOND, true), (60 * SECOND + 1, false)] {
        assert_eq!(is_right(&LogAnchor { moved_at: at(NOW + moved_at), ..anchor() }, None), expected, "{moved_at}");
    }
    let early = at(NOW - 1);
    let checkpoint = Some((anchor().link, early - LOG_RETENTION));
    assert!(!is_right(&LogAnchor { moved_at: early, checkpoint, ..anchor() }, None));
    let other = link(5, b"other");
    let checkpoint = Some((other, at(NOW) - LOG_RETENTION));
    assert!(!is_right(&LogAnchor { link: other, checkpoint, ..anchor() }, None));
}

#[test]
fn an_anchor_has_a_checkpoint_whose_retention_was_over() {
    let signed_at = at(NOW) - LOG_RETENTION;
    let late = Timestamp::from_unix_milliseconds(signed_at.unix_milliseconds() + 1);
    for checkpoint in [None, Some((link(5, b"other"), signed_at)), Some((anchor().link, late))] {
        assert!(!is_right(&LogAnchor { checkpoint, ..anchor() }, None), "{checkpoint:?}");
    }
    assert!(is_right(&anchor(), Some(NOW)));
    assert!(!is_right(&anchor(), Some(NOW - 400 * DAY)), "made in the future");
}

#[test]
fn the_row_about_an_earlier_anchor_may_be_purged() {
    let link = link(3, b"earlier");
    let checkpoint = Some((link, at(NOW) - LOG_RETENTION));
    for is_last in [true, false] {
        assert_eq!(is_right(&LogAnchor { link, checkpoint, is_last, ..anchor() }, None), !is_last);
    }
}
