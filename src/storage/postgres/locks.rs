//! Locks that serialise the decisions of all nodes.
//!
//! Transactions run at *read committed*: a statement sees the rows that were committed before it began. A step takes
//! its lock first and then reads the rows for its decision; rows that it read before it waited are read again.
//!
//! Transactions cannot deadlock, because each takes its locks in the order of [`Lock`], at most one of each kind. The
//! sweep, which needs many locks of a kind, skips locked rows (`SKIP LOCKED`). The lock of the audit log comes last and
//! is released by the commit, so it is held for a few short statements and one disk write. It orders events too.

use sqlx::{PgConnection, Row};

use crate::domain::digest::Sha256Digest;
use crate::domain::id::{DeviceId, PartyId, PhotoId};

/// A lock until the end of the transaction, in the order in which locks are taken.
#[derive(Debug, Clone, Copy)]
pub(in crate::storage) enum Lock {
    /// Only one transaction of all nodes counts wrong codes of a device at a time.
    CountWrongCode(DeviceId),
    /// A right code waits until no wrong code of the device is being counted; right codes do not wait for each other.
    AwaitWrongCodeCount(DeviceId),
    /// Only one transaction gives a key to a device at a time.
    Key(Sha256Digest),
    PartyDevices(PartyId),
    /// A device with its certificates and invitations.
    Device(DeviceId),
    /// Keeps the status of a device and its party unchanged; requests do not wait for each other.
    DeviceStatus(DeviceId),
    /// A revocation waits until no request of the device is under way.
    ChangeDeviceStatus(DeviceId),
    /// A suspension waits until no request of the party's devices is under way.
    ChangePartyStatus(PartyId),
    /// A photo with its collections.
    Photo(PhotoId),
    /// All photos and invitations, including new ones: no other transaction adds or changes one.
    PhotosAndInvitations,
    /// The end of the audit log's chain, and of the events.
    Log,
}

/// Keys of advisory locks: "Licht" and a number or a device. Advisory locks are local to the database.
const WRONG_CODES: i32 = 0x4c69_6368;
const KEY: i32 = 0x4c69_636b;
const PARTY_STATUS: i32 = 0x4c69_6369;
const DEVICE_STATUS: i32 = 0x4c69_636a;
const LOG: i64 = 0x4c69_6368_7402;
const SWEEP: i64 = 0x4c69_6368_7403;

impl Lock {
    /// Waits for the lock, at most for `lock_timeout`.
    pub(in crate::storage) async fn acquire(self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        // Two devices or parties with the same hash only wait for each other.
        let exclusive = |kind: i32, subject: String| {
            sqlx::query("SELECT pg_advisory_xact_lock($1, hashtext($2))").bind(kind).bind(subject)
        };
        let shared = |kind: i32, subject: String| {
            sqlx::query("SELECT pg_advisory_xact_lock_shared($1, hashtext($2))").bind(kind).bind(subject)
        };
        let query = match self {
            Self::CountWrongCode(device_id) => exclusive(WRONG_CODES, device_id.to_string()),
            Self::AwaitWrongCodeCount(device_id) => shared(WRONG_CODES, device_id.to_string()),
            Self::Key(key) => exclusive(KEY, key.to_string()),
            Self::PartyDevices(party_id) => {
                sqlx::query("SELECT 1 FROM devices WHERE party_id = $1 ORDER BY device_id FOR NO KEY UPDATE")
                    .bind(party_id.to_string())
            }
            Self::Device(device_id) => {
                sqlx::query("SELECT 1 FROM devices WHERE device_id = $1 FOR NO KEY UPDATE").bind(device_id.to_string())
            }
            // Row locks would let new readers share a row although a writer waits for it, so that a busy party could
            // never be suspended. Advisory locks are granted in order.
            Self::DeviceStatus(device_id) => sqlx::query(
                "SELECT pg_advisory_xact_lock_shared($1, hashtext(party_id)), pg_advisory_xact_lock_shared($2, hashtext(device_id))
                 FROM devices WHERE device_id = $3",
            )
            .bind(PARTY_STATUS)
            .bind(DEVICE_STATUS)
            .bind(device_id.to_string()),
            Self::ChangeDeviceStatus(device_id) => exclusive(DEVICE_STATUS, device_id.to_string()),
            Self::ChangePartyStatus(party_id) => exclusive(PARTY_STATUS, party_id.to_string()),
            Self::PhotosAndInvitations => sqlx::query("LOCK TABLE photos, invitations IN EXCLUSIVE MODE"),
            Self::Photo(photo_id) => {
                sqlx::query("SELECT 1 FROM photos WHERE photo_id = $1 FOR NO KEY UPDATE").bind(photo_id.to_string())
            }
            Self::Log => sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LOG),
        };
        query.execute(connection).await?;
        Ok(())
    }
}

/// Tries to take the lock of the sweep without waiting: one transaction sweeps at a time.
pub(in crate::storage) async fn try_lock_sweep(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query("SELECT pg_try_advisory_xact_lock($1)").bind(SWEEP).fetch_one(connection).await?.try_get(0)
}
