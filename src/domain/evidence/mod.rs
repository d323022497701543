//! Evidence: the transfer log replayed, and every row of every table compared with it.
//!
//! The log tells states, holders, revocations, suspensions, duties and ends, and since row digests exist ([`key`]) it vouches for every
//! other column of a row, too. Rows that are older than the log's front, or older than row digests, are compared as far as the log
//! tells of them; how many those are is counted.
//!
//! Memory: the log and the tables are read page by page, but one expectation for each row stays in memory: about 400 bytes for a
//! photo, 300 for a collection, and less than 250 for each other row, the spare room of the hash tables included. So photos and their
//! collections are compared in [shares](share::Share): for each share the log is read once more.

mod expectations;
pub mod key;
mod replay;
mod replay_photos;
pub mod row;
pub mod share;
pub mod table;
#[cfg(test)]
mod tests;
mod told;
mod told_photo;

use std::time::Duration;

use serde_json::Value as Json;

use self::expectations::{Expectations, states_before_restore};
use self::key::{ROWS, RowDigest, RowKey, own_name};
use self::replay::Told;
use self::row::{RowId, StoredRow};
use self::share::Share;
use super::audit::AuditEvent;
use super::chain::{ChainRow, Link};
use super::checkpoint::LOG_RETENTION;
use super::digest::Sha256Digest;
use super::invitation::InvitationState;
use super::soundness::{Difference, Fault, Findings};
use crate::clock::Timestamp;

/// Nodes that are brought up to date one after the other write rows without digests beside rows that have them. More than a day is no
/// upgrade.
const LONGEST_UPGRADE: Duration = Duration::from_hours(24);

/// Clocks of the nodes and of the machine that looks may differ by so much.
const CLOCKS_APART: Duration = Duration::from_hours(24);

/// A place up to which the log was shortened.
#[derive(Debug, Clone, Copy)]
pub struct Anchor {
    /// The last row that went.
    pub link: Link,
    /// The moment at which the log was said to begin behind it.
    pub moved_at: Timestamp,
    /// The checkpoint of as many rows, and the moment at which it was signed.
    pub checkpoint: Option<(Link, Timestamp)>,
    /// True for the one behind which the log begins.
    pub is_last: bool,
}

/// The proof of a row of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Proof {
    /// It carries its digest.
    Good,
    /// It needs none: it is older than digests, or changes no row that has one.
    Unneeded,
    /// It comes from a node that was not yet brought up to date: digests of the rows that it changed are out of date.
    OlderNode,
    /// It carries a wrong one, or none although it should.
    Bad,
}

/// Columns that nothing vouches for, and why that is so.
pub const OPEN: [(&str, &str); 5] = [
    ("certificates.first_used_at", "is noted when a certificate is first shown, without a row of the log"),
    ("guesses", "count wrong codes within a window of minutes, and are forgotten after a day"),
    ("notes.name, notes.moment", "are what the store notes of itself: its last sweep and probe, its use"),
    ("photo_counts.number", "counts rows that are added up now and then"),
    ("_sqlx_migrations", "is compared with the program's own when the database is opened"),
];

/// The log, as far as it was read, and what it says of the tables.
#[derive(Debug)]
pub struct Evidence {
    key: Option<RowKey>,
    tables: Expectations,
    /// Rows of tables that were made before this moment may be unknown to the log.
    untold_before: Option<Timestamp>,
    /// The moment at which the last row was written.
    last_at: Option<Timestamp>,
    /// The number of the last row.
    last: i64,
    /// The last moment at which rows without digests may come from a node that was not yet brought up to date.
    upgraded_by: Option<Timestamp>,
    /// Photos that ended by then may be forgotten.
    forgotten_before: i64,
    /// The places at which the log was said to begin, and the moments at which that was said.
    shortened: Vec<(Link, Timestamp)>,
    is_cut: bool,
}

impl Evidence {
    /// Before the first row of a log that begins behind `begin`. Without a key, digests are not checked.
    pub fn new(begin: Link, key: Option<RowKey>, share: Share) -> Self {
        Self {
            key,
            tables: Expectations::new(share),
            untold_before: None,
            last_at: None,
            last: begin.sequence,
            upgraded_by: None,
            forgotten_before: i64::MIN,
            shortened: Vec::new(),
            is_cut: begin != Link::START,
        }
    }

    /// Takes the next row of the log.
    pub fn add(&mut self, row: &ChainRow, findings: &mut Findings) {
        if self.is_cut && self.untold_before.is_none() {
            self.untold_before = Some(row.at);
        }
        let event = serde_json::from_value::<AuditEvent>(Json::String(row.event.clone()));
        let details: Json = serde_json::from_str(&row.details).unwrap_or_default();
        let proof = self.prove(row, event.as_ref().ok().copied(), &details, findings);
        let is_proved = proof == Proof::Good;
        self.tables.set_undigested(proof == Proof::OlderNode);
        if let Ok(event) = event {
            let told = Told { event, row, details: &details };
            match event {
                AuditEvent::StoreRestored => self.restored(&told, is_proved, findings),
                AuditEvent::RollbackConfirmed => self.hold_back(moment(&details["as_of"]), row.sequence),
                AuditEvent::TombstonesForgotten => {
                    self.forgotten_before = self.forgotten_before.max((row.at - LOG_RETENTION).unix_milliseconds());
                }
                AuditEvent::LogShortened if proof != Proof::Bad => self.note_shortened(&told),
                _ => self.tables.carry_out(&told, findings),
            }
        }
        if is_proved {
            self.take_digests(row.sequence, &details);
        }
        (self.last, self.last_at) = (row.sequence, Some(row.at));
    }

    /// Checks that a row of the log carries its own digest, and the right one.
    fn prove(&mut self, row: &ChainRow, event: Option<AuditEvent>, details: &Json, findings: &mut Findings) -> Proof {
        let is_signed = details[ROWS][own_name(row.sequence)].is_string();
        // Rows of the log are told of once.
        let is_first = self.tables.share.is_first();
        if is_signed {
            findings.log_rows_with_digest += u64::from(is_first);
            // A gateway whose very first row is proved was never upgraded from a version without digests.
            let is_new = row.sequence == 1;
            let until = if is_new { Timestamp::from_unix_milliseconds(0) } else { row.at + LONGEST_UPGRADE };
            self.upgraded_by = self.upgraded_by.or(Some(until));
            let is_proved = self.key.as_ref().is_none_or(|key| key.proves(row));
            if !is_proved && is_first {
                findings.add(Fault::LogUnproved, format!("row {}: {}", row.sequence, row.event));
            }
            return if is_proved { Proof::Good } else { Proof::Bad };
        }
        match (self.upgraded_by, event) {
            (None, _) | (_, None) => Proof::Unneeded,
            (_, Some(event)) if !needs_digest(event, details) => Proof::Unneeded,
            (Some(until), _) if row.at <= until && self.last_at.is_some_and(|last| last <= until) => {
                findings.log_rows_of_older_nodes += u64::from(is_first);
                Proof::OlderNode
            }
            _ => {
                if is_first {
                    findings.add(Fault::LogUnproved, format!("row {}: {}", row.sequence, row.event));
                }
                Proof::Bad
            }
        }
    }

    fn take_digests(&mut self, sequence: i64, details: &Json) {
        for (name, digest) in details[ROWS].as_object().into_iter().flatten() {
            let (Ok(id), Some(digest)) = (name.parse::<RowId>(), digest.as_str().and_then(RowDigest::parse_hex)) else {
                continue;
            };
            self.tables.put_digest(id, sequence, digest);
        }
    }

    /// A gateway was made of a backup, perhaps with rows of an export behind those that the backup had.
    fn restored(&mut self, told: &Told<'_>, is_proved: bool, findings: &mut Findings) {
        let since = moment(&told.details["backup_taken_at"]);
        let replayed = told.details["replayed_rows"].as_i64();
        match replayed {
            Some(rows) if is_proved || self.upgraded_by.is_none() => self.replayed(rows),
            // Refused by `prove`.
            Some(_) => {}
            // Versions before row digests did not note how many rows came out of the export: the gateway knows up to the last one.
            None if self.upgraded_by.is_none() && since.is_some() && since == self.last_at => {
                self.tables.loosen(i64::MIN);
                self.untold_before = self.last_at;
                findings.log_replayed_until = self.last;
            }
            None => {}
        }
        self.hold_back(since, told.row.sequence);
    }

    /// Every photo is held back since a moment.
    fn hold_back(&mut self, since: Option<Timestamp>, sequence: i64) {
        if let Some(since) = since {
            self.tables.hold_back(since.unix_milliseconds(), sequence);
        }
    }

    /// Says that so many last rows came out of an export and were carried out by a restore.
    pub fn replayed(&mut self, rows: i64) {
        if rows > 0 {
            self.tables.loosen(self.last.saturating_sub(rows).saturating_add(1));
        }
    }

    fn note_shortened(&mut self, told: &Told<'_>) {
        let sha256 = told.details["sha256"].as_str().and_then(Sha256Digest::parse_hex);
        if let (Some(sequence), Some(sha256)) = (told.details["up_to"].as_i64(), sha256) {
            self.shortened.push((Link { sequence, sha256 }, told.row.at));
        }
    }

    /// Compares a row of a table with what the log says of it.
    pub fn compare(&mut self, row: &StoredRow, findings: &mut Findings) {
        if !self.tables.share.has_row(row) {
            return;
        }
        let table = row.id.table();
        let Some(seen) = self.tables.see(&row.id) else { return self.untold(row, findings) };
        *findings.rows_compared.entry(table.name()).or_default() += 1;
        let mut is_same = true;
        for (column, rule) in seen.rules {
            let value = row.value(column);
            if !rule.allows(value) {
                is_same = false;
                let (log, stands) = (rule.to_string(), value.to_string());
                findings.differ(Difference { table: table.name(), key: row.id.key(), column, log, table_says: stands });
            }
        }
        match (seen.digest, &self.key) {
            (Some(digest), Some(key)) if is_same && !self.is_digest_of(row, digest, key) => {
                findings.add(Fault::RowChanged, row.id);
            }
            (Some(_), Some(_)) => {}
            _ => *findings.rows_without_digest.entry(table.name()).or_default() += 1,
        }
    }

    fn is_digest_of(&self, row: &StoredRow, digest: RowDigest, key: &RowKey) -> bool {
        if !self.tables.was_restored(row) {
            return key.row(row) == digest;
        }
        let state = row.value("state");
        if states_before_restore().any(|open| open == *state) {
            return false;
        }
        let was_withdrawn = state.text() == Some(InvitationState::Withdrawn.name());
        key.row(row) == digest
            || (was_withdrawn
                && states_before_restore().any(|open| key.row_with(row, Some(("state", &open))) == digest))
    }

    fn untold(&self, row: &StoredRow, findings: &mut Findings) {
        let table = row.id.table();
        let made_at = row.value(table.made_at()).number();
        let is_older =
            self.untold_before.is_some_and(|moment| made_at.is_some_and(|at| at < moment.unix_milliseconds()));
        let is_of_older_device = match &row.id {
            RowId::Invitation(device_id, _) => !self.tables.knows_invitations_of(device_id),
            _ => false,
        };
        if is_older || is_of_older_device {
            *findings.rows_older_than_log.entry(table.name()).or_default() += 1;
        } else {
            findings.add(Fault::RowUntold, row.id);
        }
    }

    /// Compares an anchor of the log with the row that told of it, and with the checkpoint whose time has to be over by then. The row
    /// of the last anchor lies behind it and is always there; those of others may be gone. `now` is later than any of them.
    pub fn compare_anchor(&self, anchor: &Anchor, now: Option<Timestamp>, findings: &mut Findings) {
        let Anchor { link, moved_at, checkpoint, is_last } = *anchor;
        let is_told = match self.shortened.iter().find(|(told, _)| told.sequence == link.sequence) {
            Some((told, at)) => *told == link && *at <= moved_at && moved_at <= *at + Duration::from_secs(60),
            None => !is_last,
        };
        let is_over = checkpoint
            .is_some_and(|(signed, signed_at)| signed == link && signed_at + LOG_RETENTION <= moved_at)
            && now.is_none_or(|now| moved_at <= now + CLOCKS_APART);
        if !is_told || !is_over {
            findings.add(Fault::AnchorDiffers, format!("log_anchors/{}", link.sequence));
        }
    }

    /// Ends the comparison: every row has been shown.
    pub fn finish(&self, findings: &mut Findings) {
        for id in self.tables.missing(self.forgotten_before) {
            findings.add(Fault::RowMissing, id);
        }
    }
}

fn moment(details: &Json) -> Option<Timestamp> {
    serde_json::from_value(details.clone()).ok()
}

/// True if a row of the log changes rows that have digests: it has to be proved.
fn needs_digest(event: AuditEvent, details: &Json) -> bool {
    match event {
        AuditEvent::DeviceTurnedAway
        | AuditEvent::EnrolmentRefused
        | AuditEvent::PhotoRefusedByJudge
        | AuditEvent::CodeUnknown
        | AuditEvent::ClockConfirmed
        | AuditEvent::EpochsDestroyed
        | AuditEvent::StoreMoved => false,
        // A restore without the key file holds photos back, which takes nothing away; it cannot carry out an export.
        AuditEvent::StoreRestored => !details["replayed_rows"].is_null(),
        _ => true,
    }
}
