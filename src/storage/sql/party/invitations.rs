//! Invitations: creating, reading, approving and withdrawing them.

use sqlx::AssertSqlSafe;

use super::row_mapping::PARTY;
use super::{reused_keys, row_mapping};
use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::DeviceId;
use crate::domain::log::AuditEntry;
use crate::domain::log::reconciliation::row::RowId;
use crate::domain::party::invitation::{Invitation, InvitationLookupId, InvitationState};
use crate::domain::party::{Device, Party, Role};
use crate::storage::enrolment_requests::{
    ApprovalOutcome, InvitationRecord, InviteOutcome, InvitedDevice, NewInvitation,
};
use crate::storage::error::StoreError;
use crate::storage::postgres::Lock;
use crate::storage::sql::engine::connection::{StoreConnection, WriteTransaction};
use crate::storage::sql::engine::sql_store::SqlStore;
use crate::storage::sql::engine::values::{DatabaseRow, params};

/// Columns of an invitation `i` for [`invitation`].
pub(super) const INVITATION: &str = "i.state, i.expires_at, i.wrong_tries, i.spki_sha256, i.requested_at";

impl SqlStore {
    pub async fn device(&self, device_id: DeviceId) -> Result<Option<Device>, StoreError> {
        self.with_retry(|| async { Ok(device_of(&mut self.read().await?, device_id).await?.map(|(_, device)| device)) })
            .await
    }

    /// Invites a new or existing device and withdraws its older invitation.
    pub async fn invite(&self, invitation: &NewInvitation, audit: AuditEntry) -> Result<InviteOutcome, StoreError> {
        self.with_retry(|| async {
            let mut transaction = self.write().await?;
            let device_id = match &invitation.device {
                InvitedDevice::Known(device_id) => {
                    transaction.lock(Lock::Device(*device_id)).await?;
                    *device_id
                }
                InvitedDevice::New(device) => {
                    super::device_rows::insert(&mut transaction, device).await?;
                    device.device_id
                }
            };
            let Some((party, device)) = device_of(&mut transaction, device_id).await? else {
                return Ok(InviteOutcome::NoSuchDevice);
            };
            if device.revoked_at.is_some() {
                return Ok(InviteOutcome::Revoked);
            }
            withdraw(&mut transaction, device_id).await?;
            let made = transaction
                .query(
                    "INSERT INTO invitations
                     (lookup_id, device_id, number, state, sealed_proof_key, created_at, expires_at)
                     SELECT $1, $2, 1 + coalesce(max(number), 0), $3, $4, $5, $6 FROM invitations WHERE device_id = $2
                     RETURNING number",
                )
                .bind(params![
                    invitation.lookup,
                    device_id,
                    InvitationState::Open,
                    invitation.sealed_proof_key,
                    invitation.created_at,
                    invitation.expires_at
                ])
                .fetch_one()
                .await?;
            transaction.mark_changed(RowId::Invitation(device_id, made.get("number")?));
            transaction.append(audit.clone());
            transaction.commit().await?;
            Ok(InviteOutcome::Stored(party, device))
        })
        .await
    }

    pub async fn invitation(&self, lookup: &InvitationLookupId) -> Result<Option<InvitationRecord>, StoreError> {
        self.with_retry(|| async {
            let mut connection = self.read().await?;
            connection
                .query(AssertSqlSafe(format!(
                    "SELECT {PARTY}, i.device_id, {INVITATION}, i.sealed_proof_key
                     FROM invitations i JOIN devices d ON d.device_id = i.device_id
                     JOIN parties p ON p.party_id = d.party_id
                     WHERE i.lookup_id = $1"
                )))
                .bind(params![lookup])
                .fetch_optional_as(|row| {
                    Ok(InvitationRecord {
                        party: row_mapping::party(row)?,
                        device_id: row.get("device_id")?,
                        invitation: invitation(row)?,
                        sealed_proof_key: row.get("sealed_proof_key")?,
                    })
                })
                .await
        })
        .await
    }

    /// The latest invitation of each device of a role.
    pub async fn invitations(&self, role: Role) -> Result<Vec<(DeviceId, Invitation)>, StoreError> {
        self.with_retry(|| async {
            let mut connection = self.read().await?;
            connection
                .query(AssertSqlSafe(format!(
                    "SELECT i.device_id, {INVITATION} FROM invitations i JOIN devices d ON d.device_id = i.device_id
                     JOIN parties p ON p.party_id = d.party_id
                     WHERE p.role = $1
                       AND i.number = (SELECT max(number) FROM invitations o WHERE o.device_id = i.device_id)"
                )))
                .bind(params![role])
                .fetch_all_as(|row| Ok((row.get("device_id")?, invitation(row)?)))
                .await
        })
        .await
    }

    /// Approves the enrolment request of a device with this key.
    pub async fn approve_enrolment(
        &self,
        device_id: DeviceId,
        key: &Sha256Digest,
        now: Timestamp,
        audit: AuditEntry,
    ) -> Result<ApprovalOutcome, StoreError> {
        self.with_retry(|| async {
            let mut transaction = self.write().await?;
            transaction.lock(Lock::Device(device_id)).await?;
            let found = transaction
                .query(AssertSqlSafe(format!(
                    "SELECT {INVITATION} FROM invitations i WHERE i.device_id = $1 AND i.spki_sha256 = $2
                     ORDER BY i.number DESC LIMIT 1"
                )))
                .bind(params![device_id, key])
                .fetch_optional_as(invitation)
                .await?;
            let Some(invitation) = found else { return Ok(ApprovalOutcome::NoSuchRequest) };
            match invitation.state {
                _ if !invitation.is_usable(now) => return Ok(ApprovalOutcome::NoSuchRequest),
                _ if reused_keys::is_reused_on(&mut transaction, key, Some(device_id), None).await? => {
                    return Ok(ApprovalOutcome::KeyReused);
                }
                InvitationState::Requested => {}
                InvitationState::Approved => return Ok(ApprovalOutcome::AlreadyApproved),
                _ => return Ok(ApprovalOutcome::NoSuchRequest),
            }
            let approved = transaction
                .query(
                    "UPDATE invitations SET state = $1, approved_at = $2 WHERE device_id = $3 AND state = $4
                     RETURNING number",
                )
                .bind(params![InvitationState::Approved, now, device_id, InvitationState::Requested])
                .fetch_all()
                .await?;
            mark_invitations_changed(&mut transaction, device_id, &approved)?;
            transaction.append(audit.clone());
            transaction.commit().await?;
            Ok(ApprovalOutcome::Stored)
        })
        .await
    }
}

async fn device_of(
    connection: &mut StoreConnection,
    device_id: DeviceId,
) -> Result<Option<(Party, Device)>, StoreError> {
    connection
        .query(AssertSqlSafe(format!(
            "SELECT {PARTY}, d.device_id, d.label, d.duty, d.kind, d.created_at AS device_created_at, d.revoked_at,
                    (SELECT max(not_after) FROM certificates c
                    WHERE c.device_id = d.device_id) AS certificate_expires_at
             FROM devices d JOIN parties p ON p.party_id = d.party_id WHERE d.device_id = $1"
        )))
        .bind(params![device_id])
        .fetch_optional_as(|row| Ok((row_mapping::party(row)?, row_mapping::device(row)?)))
        .await
}

/// Withdraws all open invitations of a device.
pub(super) async fn withdraw(transaction: &mut WriteTransaction, device_id: DeviceId) -> Result<(), StoreError> {
    let withdrawn = transaction
        .query(
            "UPDATE invitations SET state = $1, sealed_proof_key = NULL
             WHERE device_id = $2 AND state NOT IN ($1, $3) RETURNING number",
        )
        .bind(params![InvitationState::Withdrawn, device_id, InvitationState::Exhausted])
        .fetch_all()
        .await?;
    mark_invitations_changed(transaction, device_id, &withdrawn)
}

/// Marks invitations of a device as changed by their returned numbers.
pub(super) fn mark_invitations_changed(
    transaction: &mut WriteTransaction,
    device_id: DeviceId,
    rows: &[DatabaseRow],
) -> Result<(), StoreError> {
    for row in rows {
        transaction.mark_changed(RowId::Invitation(device_id, row.get("number")?));
    }
    Ok(())
}

pub(super) fn invitation(row: &DatabaseRow) -> Result<Invitation, StoreError> {
    Ok(Invitation {
        state: row.get("state")?,
        expires_at: row.get("expires_at")?,
        wrong_tries: row.get("wrong_tries")?,
        key: row.get("spki_sha256")?,
        requested_at: row.get("requested_at")?,
    })
}

/// Deletes the proof keys of invitations that have ended; no client can be answered with them any more.
pub(in crate::storage::sql) async fn erase_proof_keys(
    transaction: &mut WriteTransaction,
    now: Timestamp,
) -> Result<(), StoreError> {
    let unless_locked = transaction.skip_locked_clause("i");
    let ended = transaction
        .query(AssertSqlSafe(format!(
            "SELECT i.lookup_id, {INVITATION} FROM invitations i
             WHERE i.sealed_proof_key IS NOT NULL AND i.expires_at <= $1 {unless_locked}"
        )))
        .bind(params![now])
        .fetch_all()
        .await?;
    for row in ended {
        if !invitation(&row)?.is_usable(now) {
            transaction
                .query("UPDATE invitations SET sealed_proof_key = NULL WHERE lookup_id = $1")
                .bind(params![row.get::<Vec<u8>>("lookup_id")?])
                .execute()
                .await?;
        }
    }
    Ok(())
}
