//! Reconciliation: replay of the audit log and comparison of all rows of all tables with the result.
//!
//! The log contains states, holders, revocations, suspensions, device scopes and ends. Row digests ([`row_digest`]) cover all other
//! columns. Rows from before the first row of the log, or from before row digests existed, are compared as far as the log contains
//! them, and counted.
//!
//! Memory: the log and the tables are read in pages, but an expectation for each row stays in memory: about 400 bytes for a photo, 300
//! for a collection, 200 for a device that has sent its code, and less than 250 for other rows, with the spare capacity of the hash
//! tables. Photos and their collections are therefore compared in [partitions](partition::PhotoPartition), for each of which the log is
//! read again.

mod apply_log;
mod apply_photo_log;
mod expected_photos;
mod expected_rows;
mod expected_tables;
pub mod partition;
pub mod row;
pub mod row_digest;
pub mod table;
#[cfg(test)]
mod tests;

use std::time::Duration;

use serde_json::Value as Json;

use self::expected_tables::{ExpectedTables, states_before_restore};
use self::partition::PhotoPartition;
use self::row::{RowId, StoredRow};
use self::row_digest::{ROW_DIGESTS_MEMBER, RowDigest, RowDigestKey, own_digest_name};
use super::AuditEvent;
use super::chain::{ChainLink, ChainRow};
use super::checkpoint::LOG_RETENTION;
use super::integrity::{ColumnDifference, IntegrityFault, IntegrityReport};
use super::log_event::LogEvent;
use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;
use crate::domain::party::invitation::InvitationState;

/// Maximum duration of a rolling upgrade, during which older nodes write rows without digests.
const MAX_UPGRADE_DURATION: Duration = Duration::from_hours(24);

/// Maximum difference between the clocks of the nodes and of this machine.
const MAX_CLOCK_SKEW: Duration = Duration::from_hours(24);

/// A place up to which the log was purged.
#[derive(Debug, Clone, Copy)]
pub struct LogAnchor {
    /// The last purged row.
    pub link: ChainLink,
    /// Time of the purge.
    pub moved_at: Timestamp,
    /// The checkpoint of this row, with the time of its signature.
    pub checkpoint: Option<(ChainLink, Timestamp)>,
    /// True if the log now begins after it.
    pub is_last: bool,
}

/// Result of the digest check of a row of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RowDigestStatus {
    Valid,
    /// The row is older than digests, or changes no row with a digest.
    NotRequired,
    /// An older node wrote the row during an upgrade: digests of the rows that it changed are outdated.
    OlderNode,
    /// The digest is wrong or missing.
    Invalid,
}

/// Columns that the log does not cover, with the reasons.
pub const UNCOVERED_COLUMNS: [(&str, &str); 9] = [
    ("certificates.first_used_at", "is written at the first use of a certificate, without a row of the log"),
    (
        "certificates.der",
        "repeats the certificate whose digest is in `certificates.sha256`, and is compared with it when it is read",
    ),
    (
        "collection_devices.hand_overs",
        "counts repeated hand-overs, which do not all have a row of the log; is never below the number in the log",
    ),
    ("photos.refusal_seen", "is set when the studio marks a refusal as seen on its pages, without a row of the log"),
    ("guesses", "count wrong codes within minutes, and are deleted after a day"),
    ("notes.name, notes.moment", "are notes of the store about itself: its last sweep, its probe and its use"),
    ("events", "repeat for 30 days what the log tells, and announce ends, for programs of studios and offices"),
    ("photo_counts.number", "numbers rows that are summed up from time to time"),
    ("_sqlx_migrations", "is compared with the migrations of the program when the database is opened"),
];

/// Replayed log with the expected tables.
#[derive(Debug)]
pub struct Reconciler {
    key: Option<RowDigestKey>,
    expected: ExpectedTables,
    /// Rows of tables from before this time may be unknown to the log.
    unlogged_before: Option<Timestamp>,
    /// Time of the last row.
    last_at: Option<Timestamp>,
    last_sequence: i64,
    /// Time until which rows without digests may come from an older node.
    upgraded_by: Option<Timestamp>,
    /// Photos that ended by then may be purged.
    purged_before: i64,
    /// Places up to which the log was purged, with the times of the purges.
    shortened: Vec<(ChainLink, Timestamp)>,
    is_truncated: bool,
}

impl Reconciler {
    /// Begins with a log after `begin`. Without a key, digests are not checked.
    pub fn new(begin: ChainLink, key: Option<RowDigestKey>, partition: PhotoPartition) -> Self {
        Self {
            key,
            expected: ExpectedTables::new(partition),
            unlogged_before: None,
            last_at: None,
            last_sequence: begin.sequence,
            upgraded_by: None,
            purged_before: i64::MIN,
            shortened: Vec::new(),
            is_truncated: begin != ChainLink::START,
        }
    }

    /// Applies the next row of the log.
    pub fn apply_log_row(&mut self, row: &ChainRow, report: &mut IntegrityReport) {
        if self.is_truncated && self.unlogged_before.is_none() {
            self.unlogged_before = Some(row.at);
        }
        let details = row.json_details();
        let logged = LogEvent::read(row, &details);
        let proof = self.check_digest(row, logged.as_ref().map(|logged| logged.event), &details, report);
        let is_authentic = proof == RowDigestStatus::Valid;
        self.expected.set_undigested(proof == RowDigestStatus::OlderNode);
        if let Some(logged) = logged {
            match logged.event {
                AuditEvent::StoreRestored => self.apply_restore(&logged, is_authentic, report),
                AuditEvent::RollbackConfirmed => self.quarantine_all(parse_timestamp(&details["as_of"]), row.sequence),
                AuditEvent::TombstonesPurged => {
                    self.purged_before = self.purged_before.max((row.at - LOG_RETENTION).unix_milliseconds());
                }
                AuditEvent::LogShortened if proof != RowDigestStatus::Invalid => self.record_purge(&logged),
                _ => self.expected.apply(&logged, report),
            }
        }
        if is_authentic {
            self.record_digests(row.sequence, &details);
        }
        (self.last_sequence, self.last_at) = (row.sequence, Some(row.at));
    }

    /// Checks the digest of a row of the log.
    fn check_digest(
        &mut self,
        row: &ChainRow,
        event: Option<AuditEvent>,
        details: &Json,
        report: &mut IntegrityReport,
    ) -> RowDigestStatus {
        let is_signed = details[ROW_DIGESTS_MEMBER][own_digest_name(row.sequence)].is_string();
        // The log is read for each partition, but its rows are reported only once.
        let is_first = self.expected.partition.is_first();
        if is_signed {
            report.log_rows_with_digest += u64::from(is_first);
            // A gateway with a digest in its first row was never upgraded from a version without digests.
            let is_new = row.sequence == 1;
            let until = if is_new { Timestamp::from_unix_milliseconds(0) } else { row.at + MAX_UPGRADE_DURATION };
            self.upgraded_by = self.upgraded_by.or(Some(until));
            let is_authentic = self.key.as_ref().is_none_or(|key| key.is_authentic(row));
            if !is_authentic && is_first {
                report.add(IntegrityFault::LogDigestInvalid, format!("row {}: {}", row.sequence, row.event));
            }
            return if is_authentic { RowDigestStatus::Valid } else { RowDigestStatus::Invalid };
        }
        match (self.upgraded_by, event) {
            (None, _) | (_, None) => RowDigestStatus::NotRequired,
            (_, Some(event)) if !needs_digest(event, details) => RowDigestStatus::NotRequired,
            (Some(until), _) if row.at <= until && self.last_at.is_some_and(|last| last <= until) => {
                report.log_rows_of_older_nodes += u64::from(is_first);
                RowDigestStatus::OlderNode
            }
            _ => {
                if is_first {
                    report.add(IntegrityFault::LogDigestInvalid, format!("row {}: {}", row.sequence, row.event));
                }
                RowDigestStatus::Invalid
            }
        }
    }

    fn record_digests(&mut self, sequence: i64, details: &Json) {
        for (name, digest) in details[ROW_DIGESTS_MEMBER].as_object().into_iter().flatten() {
            let (Ok(id), Some(digest)) = (name.parse::<RowId>(), digest.as_str().and_then(RowDigest::parse_hex)) else {
                continue;
            };
            self.expected.put_digest(id, sequence, digest);
        }
    }

    /// Applies a restore from a backup, perhaps with replayed rows of an export.
    fn apply_restore(&mut self, logged: &LogEvent<'_>, is_authentic: bool, report: &mut IntegrityReport) {
        let since = parse_timestamp(&logged.details["backup_taken_at"]);
        let replayed = logged.details["replayed_rows"].as_i64();
        match replayed {
            Some(rows) if is_authentic || self.upgraded_by.is_none() => self.mark_replayed(rows),
            // `check_digest` has reported it.
            Some(_) => {}
            // Versions without row digests did not record the number of replayed rows, so all rows so far may be replayed.
            None if self.upgraded_by.is_none() && since.is_some() && since == self.last_at => {
                self.expected.relax_since(i64::MIN);
                self.unlogged_before = self.last_at;
                report.log_replayed_until = self.last_sequence;
            }
            None => {}
        }
        self.quarantine_all(since, logged.row.sequence);
    }

    fn quarantine_all(&mut self, since: Option<Timestamp>, sequence: i64) {
        if let Some(since) = since {
            self.expected.quarantine_all(since.unix_milliseconds(), sequence);
        }
    }

    /// Marks the last rows as replayed from an export by a restore.
    pub fn mark_replayed(&mut self, rows: i64) {
        if rows > 0 {
            self.expected.relax_since(self.last_sequence.saturating_sub(rows).saturating_add(1));
        }
    }

    fn record_purge(&mut self, logged: &LogEvent<'_>) {
        let sha256 = logged.details["sha256"].as_str().and_then(Sha256Digest::parse_hex);
        if let (Some(sequence), Some(sha256)) = (logged.details["up_to"].as_i64(), sha256) {
            self.shortened.push((ChainLink { sequence, sha256 }, logged.row.at));
        }
    }

    /// Compares a row of a table with the log.
    pub fn compare(&mut self, row: &StoredRow, report: &mut IntegrityReport) {
        if !self.expected.partition.contains_row(row) {
            return;
        }
        let table = row.id.table();
        let Some(matched) = self.expected.match_row(&row.id) else { return self.report_unlogged(row, report) };
        *report.rows_compared.entry(table.name()).or_default() += 1;
        let mut is_same = true;
        for (column, expected) in matched.columns {
            let value = row.value(column);
            if !expected.allows(value) {
                is_same = false;
                report.add_difference(ColumnDifference {
                    table: table.name(),
                    key: row.id.key(),
                    column,
                    log: expected.to_string(),
                    table_says: value.to_string(),
                });
            }
        }
        match (matched.digest, &self.key) {
            (Some(digest), Some(key)) if is_same && !self.is_digest_of(row, digest, key) => {
                report.add(IntegrityFault::RowChanged, row.id);
            }
            (Some(_), Some(_)) => {}
            _ => *report.rows_without_digest.entry(table.name()).or_default() += 1,
        }
    }

    fn is_digest_of(&self, row: &StoredRow, digest: RowDigest, key: &RowDigestKey) -> bool {
        if !self.expected.was_restored(row) {
            return key.digest_row(row) == digest;
        }
        let state = row.value("state");
        if states_before_restore().any(|open| open == *state) {
            return false;
        }
        let was_withdrawn = state.as_text() == Some(InvitationState::Withdrawn.name());
        key.digest_row(row) == digest
            || (was_withdrawn
                && states_before_restore().any(|open| key.digest_row_with(row, Some(("state", &open))) == digest))
    }

    fn report_unlogged(&self, row: &StoredRow, report: &mut IntegrityReport) {
        let table = row.id.table();
        let made_at = row.value(table.creation_column()).as_number();
        let is_older =
            self.unlogged_before.is_some_and(|moment| made_at.is_some_and(|at| at < moment.unix_milliseconds()));
        let is_of_older_device = match &row.id {
            RowId::Invitation(device_id, _) => !self.expected.has_all_invitations_of(device_id),
            _ => false,
        };
        if is_older || is_of_older_device {
            *report.rows_older_than_log.entry(table.name()).or_default() += 1;
        } else {
            report.add(IntegrityFault::RowNotInLog, row.id);
        }
    }

    /// Compares an anchor of the log with the row about the purge and with its checkpoint, whose retention must have ended by then. The row
    /// of the last anchor always exists; those of earlier ones may be purged. `now` is later than all of them.
    pub fn compare_anchor(&self, anchor: &LogAnchor, now: Option<Timestamp>, report: &mut IntegrityReport) {
        let LogAnchor { link, moved_at, checkpoint, is_last } = *anchor;
        let is_logged = match self.shortened.iter().find(|(logged, _)| logged.sequence == link.sequence) {
            Some((logged, at)) => *logged == link && *at <= moved_at && moved_at <= *at + Duration::from_secs(60),
            None => !is_last,
        };
        let is_over = checkpoint
            .is_some_and(|(signed, signed_at)| signed == link && signed_at + LOG_RETENTION <= moved_at)
            && now.is_none_or(|now| moved_at <= now + MAX_CLOCK_SKEW);
        if !is_logged || !is_over {
            report.add(IntegrityFault::AnchorDiffers, format!("log_anchors/{}", link.sequence));
        }
    }

    /// Ends the comparison and reports rows that were not found.
    pub fn finish(&self, report: &mut IntegrityReport) {
        for id in self.expected.missing(self.purged_before) {
            report.add(IntegrityFault::RowMissing, id);
        }
    }
}

fn parse_timestamp(details: &Json) -> Option<Timestamp> {
    serde_json::from_value(details.clone()).ok()
}

/// True if a row of the log changes rows with digests, so that it needs a digest itself.
fn needs_digest(event: AuditEvent, details: &Json) -> bool {
    match event {
        AuditEvent::HandshakeRejected
        | AuditEvent::EnrolmentRefused
        | AuditEvent::PhotoRefusedByJudge
        | AuditEvent::CodeUnknown
        | AuditEvent::ClockConfirmed
        | AuditEvent::EpochsDestroyed
        | AuditEvent::StoreMoved => false,
        // A restore without the key file only quarantines photos; it cannot replay an export.
        AuditEvent::StoreRestored => !details["replayed_rows"].is_null(),
        _ => true,
    }
}
