//! Enrolment codes: each decision is made in the transaction that carries it out.

use sqlx::AssertSqlSafe;

use super::certificates;
use super::invitations::{INVITATION, invitation, mark_invitations_changed};
use super::row_mapping::PARTY;
use super::{reused_keys, row_mapping};
use crate::domain::id::DeviceId;
use crate::domain::log::{AuditEntry, AuditEvent};
use crate::domain::party::Party;
use crate::domain::party::invitation::{EnrolmentDecision, Invitation, InvitationState, MAX_WRONG_CODES};
use crate::failpoint;
use crate::storage::enrolment_requests::{EnrolmentAction, EnrolmentAttempt, EnrolmentCodeCheck, EnrolmentStep};
use crate::storage::error::StoreError;
use crate::storage::postgres::Lock;
use crate::storage::sql::engine::connection::{StoreConnection, WriteTransaction};
use crate::storage::sql::engine::sql_store::SqlStore;
use crate::storage::sql::engine::values::params;

impl SqlStore {
    /// Checks an enrolment code. A wrong code is counted and audited; a right one changes nothing before
    /// [`SqlStore::enrol`].
    pub async fn check_enrolment_code(&self, attempt: &EnrolmentAttempt) -> Result<EnrolmentCodeCheck, StoreError> {
        self.with_retry(|| async {
            // Anonymous callers must not take the write lock from deposits, so devices that were never invited are refused
            // without it.
            if !self.was_ever_invited(attempt.device_id).await? {
                return Ok(EnrolmentCodeCheck::Unknown);
            }
            let mut transaction = self.write().await?;
            transaction.lock(Lock::Device(attempt.device_id)).await?;
            let Some((party, found)) = matching_invitation(&mut transaction, attempt).await? else {
                let counted = count_wrong_code(&mut transaction, attempt).await?;
                transaction.commit().await?;
                return Ok(counted);
            };
            let check = match found.decide(attempt.policy, attempt.key.as_ref(), attempt.now) {
                EnrolmentDecision::Refuse(refusal) => EnrolmentCodeCheck::Refused(refusal),
                _ if party.suspended => EnrolmentCodeCheck::Suspended(party),
                _ if is_key_reused(&mut transaction, attempt).await? => EnrolmentCodeCheck::KeyReused,
                EnrolmentDecision::Certify => EnrolmentCodeCheck::Right(party, EnrolmentAction::Certify),
                EnrolmentDecision::Bind => EnrolmentCodeCheck::Right(party, EnrolmentAction::Bind),
                EnrolmentDecision::Wait => EnrolmentCodeCheck::Right(party, EnrolmentAction::Wait),
            };
            Ok(check)
        })
        .await
    }

    /// Returns its connection before the caller takes one for writing: attempts that hold one and wait for another would use up the
    /// pool.
    async fn was_ever_invited(&self, device_id: DeviceId) -> Result<bool, StoreError> {
        let mut connection = self.read().await?;
        let invitations = connection.query("SELECT 1 FROM invitations WHERE device_id = $1 LIMIT 1");
        Ok(invitations.bind(params![device_id]).fetch_optional().await?.is_some())
    }

    /// Binds the key of a right code, or spends the code for a certificate. Checks the code again in the same
    /// transaction; `false` without a change if the decision is another one by then.
    pub async fn enrol(&self, attempt: &EnrolmentAttempt, step: &EnrolmentStep) -> Result<bool, StoreError> {
        self.with_retry(|| async {
            let mut transaction = self.write().await?;
            if let Some(key) = attempt.key {
                transaction.lock(Lock::Key(key)).await?;
            }
            transaction.lock(Lock::Device(attempt.device_id)).await?;
            transaction.lock(Lock::DeviceStatus(attempt.device_id)).await?;
            let Some((party, found)) = matching_invitation(&mut transaction, attempt).await? else { return Ok(false) };
            let Some(key) = attempt.key else { return Ok(false) };
            if party.suspended || is_key_reused(&mut transaction, attempt).await? {
                return Ok(false);
            }
            let decision = found.decide(attempt.policy, Some(&key), attempt.now);
            let (state, column, audit) = match (decision, step) {
                (EnrolmentDecision::Bind, EnrolmentStep::Bind) => {
                    let details = serde_json::json!({ "spki_sha256": key });
                    (
                        InvitationState::Requested,
                        "requested_at",
                        audit_entry(attempt, AuditEvent::EnrolmentRequested, details),
                    )
                }
                (EnrolmentDecision::Certify, EnrolmentStep::Certify(certificate)) => {
                    certificates::add(&mut transaction, attempt.device_id, certificate).await?;
                    let details = serde_json::json!({
                        "certificate_sha256": certificate.sha256,
                        "spki_sha256": key,
                        "not_after": certificate.not_after,
                    });
                    (InvitationState::Spent, "spent_at", audit_entry(attempt, AuditEvent::DeviceEnrolled, details))
                }
                _ => return Ok(false),
            };
            // Compare and swap, although the lock of the device is held: a code is spent once even if the locks fail.
            let swapped = transaction
                .query(AssertSqlSafe(format!(
                    "UPDATE invitations SET state = $1, spki_sha256 = $2, {column} = coalesce({column}, $3)
                     WHERE lookup_id = $4 AND state = $5 AND (spki_sha256 IS NULL OR spki_sha256 = $2) RETURNING number"
                )))
                .bind(params![state, key, attempt.now, attempt.lookup, found.state])
                .fetch_all()
                .await?;
            if swapped.len() != 1 {
                return Ok(false);
            }
            mark_invitations_changed(&mut transaction, attempt.device_id, &swapped)?;
            transaction.append(audit.clone());
            failpoint::reached("enrolment.before_commit");
            transaction.commit().await?;
            failpoint::reached("enrolment.committed");
            Ok(true)
        })
        .await
    }
}

/// The invitation of this device with this code, even if it is not the latest.
async fn matching_invitation(
    connection: &mut StoreConnection,
    attempt: &EnrolmentAttempt,
) -> Result<Option<(Party, Invitation)>, StoreError> {
    connection
        .query(AssertSqlSafe(format!(
            "SELECT {PARTY}, {INVITATION}
             FROM invitations i JOIN devices d ON d.device_id = i.device_id JOIN parties p ON p.party_id = d.party_id
             WHERE i.lookup_id = $1 AND i.device_id = $2"
        )))
        .bind(params![attempt.lookup, attempt.device_id])
        .fetch_optional_as(|row| Ok((row_mapping::party(row)?, invitation(row)?)))
        .await
}

/// Counts a wrong code for the latest invitation of the device, if it can still be used.
async fn count_wrong_code(
    transaction: &mut WriteTransaction,
    attempt: &EnrolmentAttempt,
) -> Result<EnrolmentCodeCheck, StoreError> {
    let row = transaction
        .query(AssertSqlSafe(format!(
            "SELECT {INVITATION} FROM invitations i WHERE i.device_id = $1 ORDER BY i.number DESC LIMIT 1"
        )))
        .bind(params![attempt.device_id])
        .fetch_one()
        .await?;
    let latest = invitation(&row)?;
    if latest.state == InvitationState::Exhausted {
        return Ok(EnrolmentCodeCheck::Exhausted);
    }
    if !latest.counts_wrong_codes(attempt.now) {
        return Ok(EnrolmentCodeCheck::Unknown);
    }
    let tries_left = MAX_WRONG_CODES.saturating_sub(latest.wrong_tries + 1);
    let counted = transaction
        .query(
            "UPDATE invitations SET wrong_tries = wrong_tries + 1,
                    state = CASE WHEN $1 THEN $2 ELSE state END,
                    sealed_proof_key = CASE WHEN $1 THEN NULL ELSE sealed_proof_key END
             WHERE device_id = $3 AND state IN ('open', 'requested', 'approved') RETURNING number",
        )
        .bind(params![tries_left == 0, InvitationState::Exhausted, attempt.device_id])
        .fetch_all()
        .await?;
    mark_invitations_changed(transaction, attempt.device_id, &counted)?;
    let details = serde_json::json!({ "tries_left": tries_left });
    transaction.append(audit_entry(attempt, AuditEvent::EnrolmentCodeWrong, details));
    Ok(EnrolmentCodeCheck::Wrong { tries_left })
}

async fn is_key_reused(connection: &mut StoreConnection, attempt: &EnrolmentAttempt) -> Result<bool, StoreError> {
    match &attempt.key {
        Some(key) => reused_keys::is_reused_on(connection, key, Some(attempt.device_id), None).await,
        None => Ok(false),
    }
}

/// The actor is the claimed device; until a certificate is issued nothing proves the claim.
fn audit_entry(attempt: &EnrolmentAttempt, event: AuditEvent, details: serde_json::Value) -> AuditEntry {
    let device_id = attempt.device_id.to_string();
    AuditEntry { at: attempt.now, actor: device_id.clone(), event, subject: Some(device_id), details }
}
