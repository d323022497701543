//! Locks by which one node keeps the others from deciding at the same time.
//!
//! Transactions run at *read committed*: a statement sees what was committed before it began. So a step takes its lock first and
//! reads what it decides on afterwards; what it has read before it was kept waiting is read again.
//!
//! No two transactions can wait for each other, since each takes its locks from above to below in [`Lock`], one of a kind. Who
//! needs many of a kind at once, which only the sweeper does, leaves out what is taken (`SKIP LOCKED`). The audit log comes
//! last and is let go by the commit, so it is held for three short statements and one write to the disk.

use sqlx::{PgConnection, Row};

use crate::domain::digest::Sha256Digest;
use crate::domain::id::{DeviceId, PartyId, PhotoId};

/// A lock that is held until the transaction ends, in the order in which they are taken.
#[derive(Debug, Clone, Copy)]
pub(in crate::storage) enum Lock {
    /// Wrong codes of a device are counted by one transaction at a time, of all nodes.
    CountWrongCode(DeviceId),
    /// A right code is answered while no wrong one of the same device is being counted; right ones do not wait for each other.
    AwaitWrongCodeCount(DeviceId),
    /// A key is given to one device at a time.
    Key(Sha256Digest),
    /// All devices of a party.
    PartyDevices(PartyId),
    /// A device with its certificates and invitations.
    Device(DeviceId),
    /// A device and its party stay as they are; requests do not wait for each other.
    DeviceStatus(DeviceId),
    /// A device is revoked: once no request of it is under way.
    ChangeDeviceStatus(DeviceId),
    /// A party is suspended or resumed: once no request of its devices is under way.
    ChangePartyStatus(PartyId),
    /// A photo with its collections.
    Photo(PhotoId),
    /// All photos and invitations, those to come included: nobody adds or changes one until this transaction ends.
    PhotosAndInvitations,
    /// The end of the audit log's chain.
    Log,
}

/// Numbers of advisory locks: "Licht" and a number, or a device. Locks of this kind are the database's own.
const WRONG_CODES: i32 = 0x4c69_6368;
const KEY: i32 = 0x4c69_636b;
const PARTY_STATUS: i32 = 0x4c69_6369;
const DEVICE_STATUS: i32 = 0x4c69_636a;
const LOG: i64 = 0x4c69_6368_7402;
const SWEEP: i64 = 0x4c69_6368_7403;

impl Lock {
    /// Waits for it, no longer than `lock_timeout`.
    pub(in crate::storage) async fn acquire(self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let exclusive = "SELECT pg_advisory_xact_lock($1)";
        let query = match self {
            // Two devices, or parties, with one hash only wait for each other.
            Self::CountWrongCode(device_id) => {
                sqlx::query("SELECT pg_advisory_xact_lock($1, hashtext($2))").bind(WRONG_CODES).bind(device_id.to_string())
            }
            Self::AwaitWrongCodeCount(device_id) => {
                let shared = "SELECT pg_advisory_xact_lock_shared($1, hashtext($2))";
                sqlx::query(shared).bind(WRONG_CODES).bind(device_id.to_string())
            }
            Self::Key(key) => {
                sqlx::query("SELECT pg_advisory_xact_lock($1, hashtext($2))").bind(KEY).bind(key.to_string())
            }
            Self::PartyDevices(party_id) => {
                sqlx::query("SELECT 1 FROM devices WHERE party_id = $1 ORDER BY device_id FOR NO KEY UPDATE")
                    .bind(party_id.to_string())
            }
            Self::Device(device_id) => {
                sqlx::query("SELECT 1 FROM devices WHERE device_id = $1 FOR NO KEY UPDATE").bind(device_id.to_string())
            }
            // No locks of rows: the server lets newcomers share a row past whoever waits to change it, so that the requests of a busy
            // party would keep it from being suspended. Advisory locks are given in turn.
            Self::DeviceStatus(device_id) => sqlx::query(
                "SELECT pg_advisory_xact_lock_shared($1, hashtext(party_id)), pg_advisory_xact_lock_shared($2, hashtext(device_id))
                 FROM devices WHERE device_id = $3",
            )
            .bind(PARTY_STATUS)
            .bind(DEVICE_STATUS)
            .bind(device_id.to_string()),
            Self::ChangeDeviceStatus(device_id) => {
                sqlx::query("SELECT pg_advisory_xact_lock($1, hashtext($2))").bind(DEVICE_STATUS).bind(device_id.to_string())
            }
            Self::ChangePartyStatus(party_id) => {
                sqlx::query("SELECT pg_advisory_xact_lock($1, hashtext($2))").bind(PARTY_STATUS).bind(party_id.to_string())
            }
            Self::PhotosAndInvitations => sqlx::query("LOCK TABLE photos, invitations IN EXCLUSIVE MODE"),
            Self::Photo(photo_id) => {
                sqlx::query("SELECT 1 FROM photos WHERE photo_id = $1 FOR NO KEY UPDATE").bind(photo_id.to_string())
            }
            Self::Log => sqlx::query(exclusive).bind(LOG),
        };
        query.execute(connection).await?;
        Ok(())
    }
}

/// Tries to take the lock for a sweep, without waiting: one transaction sweeps at a time.
pub(in crate::storage) async fn try_lock_sweep(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query("SELECT pg_try_advisory_xact_lock($1)").bind(SWEEP).fetch_one(connection).await?.try_get(0)
}
