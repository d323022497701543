//! Tampering with a log of a thousand rows is found at the first changed row.

use lichtbild::clock::Timestamp;
use lichtbild::domain::digest::Sha256Digest;
use lichtbild::domain::log::chain::{ChainError, ChainErrorKind, ChainLink, ChainRow, ChainVerifier, VerifiedRange};
use lichtbild::domain::log::chain_digest;

use crate::support::test_gateway::{MINUTE, START};

const ROWS: usize = 1_000;

fn seal(row: &mut ChainRow, prev: Sha256Digest) {
    let at = row.at.unix_milliseconds();
    row.prev = prev;
    row.sha256 = chain_digest(&prev, row.sequence, at, &row.actor, &row.event, row.subject.as_deref(), &row.details);
}

/// Gives every row from `place` on the number, previous digest and digest that the writer would have set.
fn write_anew(rows: &mut [ChainRow], place: usize) {
    for place in place..rows.len() {
        let prev = if place == 0 { ChainLink::START.sha256 } else { rows[place - 1].sha256 };
        rows[place].sequence = i64::try_from(place).unwrap() + 1;
        seal(&mut rows[place], prev);
    }
}

fn log() -> Vec<ChainRow> {
    let row = |number: usize| ChainRow {
        sequence: 0,
        at: START + MINUTE * u32::try_from(number / 3).unwrap(),
        actor: ["gateway", "administrator", "01a20297-4dc0-7fe2-bb16-ceb27bf086c4"][number % 3].into(),
        event: ["photo.deposited", "collection.leased", "collection.used", "photo.expired"][number % 4].into(),
        subject: (!number.is_multiple_of(5)).then(|| format!("subject {number}")),
        details: format!("{{\"number\":{number}}}"),
        prev: ChainLink::START.sha256,
        sha256: ChainLink::START.sha256,
    };
    let mut rows: Vec<_> = (0..ROWS).map(row).collect();
    write_anew(&mut rows, 0);
    rows
}

/// A complete log, and a verifier before each of its rows. A verifier does not depend on later rows, so one that
/// continues over changed rows reports the same as one from the beginning.
struct IntactLog {
    rows: Vec<ChainRow>,
    before: Vec<ChainVerifier>,
}

impl IntactLog {
    fn with(checkpoints_at: &[usize]) -> Self {
        let rows = log();
        let checkpoints = checkpoints_at.iter().map(|count| rows[count - 1].link());
        let mut verifier = ChainVerifier::starting_after(ChainLink::START, checkpoints);
        let mut before = vec![verifier.clone()];
        for row in &rows {
            verifier.verify_row(row).unwrap();
            before.push(verifier.clone());
        }
        Self { rows, before }
    }

    /// Returns the error if other rows follow from `place` on.
    fn found(&self, place: usize, tail: &[ChainRow]) -> ChainError {
        self.verify_from(place, tail).unwrap_err()
    }

    fn verify_from(&self, place: usize, tail: &[ChainRow]) -> Result<VerifiedRange, ChainError> {
        let mut verifier = self.before[place].clone();
        tail.iter().try_for_each(|row| verifier.verify_row(row))?;
        verifier.finish()
    }

    /// The next rows from `place` on, where every fault shows except those at the end.
    fn tail(&self, place: usize) -> Vec<ChainRow> {
        self.rows[place..].iter().take(4).cloned().collect()
    }

    fn prev(&self, place: usize) -> Sha256Digest {
        if place == 0 { ChainLink::START.sha256 } else { self.rows[place - 1].sha256 }
    }
}

fn number(place: usize) -> i64 {
    i64::try_from(place).unwrap() + 1
}

type RowTampering = fn(&mut ChainRow);

/// Every kind of change to the row at a place, and if its own digest is corrected afterwards.
fn changes() -> Vec<(&'static str, RowTampering)> {
    vec![
        ("sequence", |row| row.sequence += 5_000),
        ("at", |row| row.at = Timestamp::from_unix_milliseconds(row.at.unix_milliseconds() + 1)),
        ("actor", |row| row.actor.push('x')),
        ("event", |row| row.event = "photo.withdrawn".into()),
        ("subject", |row| row.subject = if row.subject.is_some() { None } else { Some(String::new()) }),
        ("subject's text", |row| row.subject = Some("somebody else".into())),
        ("details", |row| row.details.push(' ')),
        ("text moved from one column to the next", |row| {
            let moved = row.actor.pop().unwrap();
            row.event.insert(0, moved);
        }),
        ("prev", |row| row.prev = Sha256Digest::of(b"another")),
        ("sha256", |row| row.sha256 = Sha256Digest::of(b"another")),
    ]
}

#[test]
fn an_untouched_log_is_whole() {
    for checkpoints in [&[][..], &[ROWS], &[1, 500, ROWS]] {
        let whole = IntactLog::with(checkpoints);
        let verified = whole.before[ROWS].finish().unwrap();
        assert_eq!((verified.rows(), verified.last), (1_000, whole.rows[ROWS - 1].link()));
        assert_eq!(verified.last_checkpointed, checkpoints.last().map_or(0, |last| i64::try_from(*last).unwrap()));
    }
    assert_eq!(ChainVerifier::starting_after(ChainLink::START, []).finish().unwrap().rows(), 0);
}

#[test]
fn every_change_of_every_column_of_every_row_is_found_where_it_is() {
    let whole = IntactLog::with(&[]);
    for place in 0..ROWS {
        for (column, change) in changes() {
            let mut tail = whole.tail(place);
            change(&mut tail[0]);
            let error = whole.found(place, &tail);
            assert_eq!(error.sequence, number(place), "{column}: {error}");
        }
    }
}

#[test]
fn every_row_that_is_put_right_after_its_change_is_found_where_it_is() {
    let whole = IntactLog::with(&[ROWS]);
    let contents = || changes().into_iter().filter(|(column, _)| !["sequence", "prev", "sha256"].contains(column));
    for place in 0..ROWS {
        for (column, change) in contents() {
            let mut tail = whole.tail(place);
            change(&mut tail[0]);
            let prev = tail[0].prev;
            seal(&mut tail[0], prev);
            // No row follows the last one: only the checkpoint finds this.
            let expected = if place + 1 == ROWS {
                ChainError { sequence: 1, kind: ChainErrorKind::Rewritten { checkpoint: 1_000 } }
            } else {
                ChainError { sequence: number(place), kind: ChainErrorKind::Replaced }
            };
            assert_eq!(whole.found(place, &tail), expected, "{column}");
        }
    }
}

#[test]
fn every_dropped_row_is_found_where_it_was() {
    let whole = IntactLog::with(&[ROWS]);
    for place in 0..ROWS {
        let mut tail = whole.tail(place);
        tail.remove(0);
        let kind = if tail.is_empty() {
            ChainErrorKind::Truncated { count: 1_000 }
        } else {
            ChainErrorKind::Missing { next: number(place + 1) }
        };
        assert_eq!(whole.found(place, &tail), ChainError { sequence: number(place), kind });

        // The same if the gap is closed by new numbers, or the next row is chained.
        tail.iter_mut().for_each(|row| row.sequence -= 1);
        assert_eq!(whole.found(place, &tail).sequence, number(place));
        if let Some(next) = tail.first_mut() {
            seal(next, whole.prev(place));
            assert_eq!(whole.found(place, &tail).sequence, number(place + 1));
        }
    }
}

#[test]
fn any_two_rows_that_changed_places_are_found_at_the_first() {
    let whole = IntactLog::with(&[ROWS]);
    for place in 0..ROWS {
        for other in [place + 1, place + 2, place + ROWS / 2, ROWS - 1].into_iter().filter(|other| *other < ROWS) {
            if other == place {
                continue;
            }
            let mut there = whole.rows[other].clone();
            let mut tail = whole.tail(place);
            tail[0] = there.clone();
            assert_eq!(whole.found(place, &tail).sequence, number(place), "with row {}", other + 1);
            // With their numbers in place, as by two updates.
            there.sequence = number(place);
            tail[0] = there;
            assert_eq!(whole.found(place, &tail).sequence, number(place), "with row {}", other + 1);
        }
    }
}

#[test]
fn every_row_that_was_put_in_between_is_found_where_it_is() {
    let whole = IntactLog::with(&[ROWS]);
    for place in 0..ROWS {
        let mut row = whole.rows[place].clone();
        row.details = "{\"never\":\"happened\"}".into();
        seal(&mut row, whole.prev(place));
        let mut tail = whole.tail(place);
        tail.insert(0, row);
        let twice = whole.found(place, &tail);
        tail[1..].iter_mut().for_each(|row| row.sequence += 1);
        let counted_anew = whole.found(place, &tail);
        if place + 1 < ROWS {
            assert_eq!(twice, ChainError { sequence: number(place), kind: ChainErrorKind::OutOfPlace });
            assert_eq!(counted_anew, ChainError { sequence: number(place + 1), kind: ChainErrorKind::Changed });
        } else {
            // Instead of the last row, which the checkpoint knows.
            let rewritten = ChainError { sequence: 1, kind: ChainErrorKind::Rewritten { checkpoint: 1_000 } };
            assert_eq!([twice, counted_anew], [rewritten; 2]);
        }
    }
}

#[test]
fn every_truncation_and_every_end_that_was_written_anew_is_found_against_a_checkpoint() {
    let (whole, without_checkpoint) = (IntactLog::with(&[400, ROWS]), IntactLog::with(&[]));
    for place in 0..ROWS {
        let count = if place < 400 { 400 } else { 1_000 };
        let cut = ChainError { sequence: number(place), kind: ChainErrorKind::Truncated { count } };
        assert_eq!(whole.found(place, &[]), cut);

        let mut anew = whole.rows.clone();
        anew[place].details = "{\"never\":\"happened\"}".into();
        write_anew(&mut anew, place);
        assert!(without_checkpoint.verify_from(place, &anew[place..]).is_ok(), "without a checkpoint nobody can tell");
        let (sequence, checkpoint) = if place < 400 { (1, 400) } else { (401, 1_000) };
        assert_eq!(
            whole.found(place, &anew[place..]),
            ChainError { sequence, kind: ChainErrorKind::Rewritten { checkpoint } }
        );
    }
}

#[test]
fn every_front_that_was_cut_off_is_found() {
    let whole = IntactLog::with(&[]);
    for place in 1..ROWS {
        let error = whole.found(0, &whole.tail(place));
        assert_eq!(error, ChainError { sequence: 1, kind: ChainErrorKind::Missing { next: number(place) } });
        // After an anchor that differs from the purged row.
        let anchor = ChainLink { sequence: number(place) - 1, sha256: Sha256Digest::of(b"another") };
        let error = ChainVerifier::starting_after(anchor, []).verify_row(&whole.rows[place]).unwrap_err();
        assert_eq!(error, ChainError { sequence: number(place), kind: ChainErrorKind::OtherBeginning });
        // After the right anchor the rest is complete.
        let mut rest = ChainVerifier::starting_after(whole.rows[place - 1].link(), []);
        assert!(whole.tail(place).iter().all(|row| rest.verify_row(row).is_ok()));
    }
}
