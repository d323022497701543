//! Collection of photos: looking codes up, leasing photos, handing them over.

use sqlx::AssertSqlSafe;

use super::row_mapping::{TRACKED_PHOTO, TRACKED_PHOTO_SOURCE, tracked_photo};
use super::wrong_codes::{WrongCodeOutcome, blocked_until, count_wrong_code, recheck_blocked_until};
use super::{collection_devices, collections, photos, quarantine};
use crate::domain::log::AuditEvent;
use crate::domain::log::reconciliation::row::RowId;
use crate::domain::photo::PhotoRecord;
use crate::domain::photo::availability;
use crate::domain::photo::availability::Availability;
use crate::domain::photo::collection::{CollectionRecord, CollectionState};
use crate::domain::photo::lease::{FetchDecision, deadline, decide_fetch};
use crate::failpoint;
use crate::storage::error::StoreError;
use crate::storage::postgres::Lock;
use crate::storage::requests::{
    CodeAttempt, FetchOutcome, FetchPurpose, FetchRequest, FoundPhoto, LeaseOutcome, LeaseRequest, LookupOutcome,
};
use crate::storage::sql::engine::connection::WriteTransaction;
use crate::storage::sql::engine::sql_store::SqlStore;
use crate::storage::sql::engine::values::params;
use crate::storage::sql::party::cut_off::find_cut_off;
use crate::storage::sql::party::row_mapping::{PARTY, party};

impl SqlStore {
    /// Looks a code up. A wrong code is counted and audited; a blocked device gets no answer even for a right code.
    pub async fn look_up(&self, attempt: &CodeAttempt) -> Result<LookupOutcome, StoreError> {
        self.with_retry(|| async {
            let mut transaction = self.write().await?;
            if let Some(until) = blocked_until(&mut transaction, attempt).await? {
                return Ok(LookupOutcome::Blocked { until });
            }
            let row = transaction
                .query(AssertSqlSafe(format!(
                    "SELECT {TRACKED_PHOTO} FROM {TRACKED_PHOTO_SOURCE} WHERE p.lookup_id = $1 OR p.tombstone_id = $2"
                )))
                .bind(params![attempt.lookup_id, attempt.lookup_id.tombstone()])
                .fetch_optional()
                .await?;
            let Some(row) = row else {
                return Ok(match count_wrong_code(&mut transaction, attempt).await? {
                    WrongCodeOutcome::Blocked { until } => LookupOutcome::Blocked { until },
                    WrongCodeOutcome::Counted { alarm } => {
                        transaction.commit().await?;
                        LookupOutcome::Unknown { alarm }
                    }
                });
            };
            if let Some(until) = recheck_blocked_until(&mut transaction, attempt).await? {
                return Ok(LookupOutcome::Blocked { until });
            }
            let photo = tracked_photo(&row)?;
            let studio = transaction
                .query(AssertSqlSafe(format!("SELECT {PARTY} FROM parties p WHERE p.party_id = $1")))
                .bind(params![photo.record.studio_id])
                .fetch_one()
                .await?;
            let quarantined = quarantine::quarantined(&mut transaction, &photo, attempt.photos_of_revoked).await?;
            let availability =
                availability::availability(&photo.record, photo.latest.as_ref(), attempt.office_id, attempt.now)
                    .unless_quarantined(quarantined);
            Ok(LookupOutcome::Found(Box::new(FoundPhoto { photo, studio: party(&studio)?, availability })))
        })
        .await
    }

    /// Leases a photo to an office if its availability allows it.
    pub async fn lease(&self, request: &LeaseRequest) -> Result<LeaseOutcome, StoreError> {
        self.with_retry(|| lease(self, request)).await
    }

    /// Checks a code against a collection of this office. A hand-over ([`FetchPurpose::HandOver`]) is durable before
    /// this returns, so that no other office can get the photo that is then sent.
    pub async fn fetch(&self, request: &FetchRequest) -> Result<FetchOutcome, StoreError> {
        self.with_retry(|| fetch(self, request)).await
    }
}

async fn lease(store: &SqlStore, request: &LeaseRequest) -> Result<LeaseOutcome, StoreError> {
    let mut transaction = store.write().await?;
    if let Some(cut_off) = find_cut_off(&mut transaction, request.device_id).await? {
        return Ok(LeaseOutcome::CutOff(cut_off));
    }
    transaction.lock(Lock::Photo(request.photo_id)).await?;
    let photo = photos::find_on(&mut transaction, request.photo_id)
        .await?
        .ok_or_else(|| StoreError::Damaged("a photo that was just found is gone".into()))?;
    let now = request.now;
    let lease_until = deadline(now, request.lease, &photo.record);
    let quarantined = quarantine::quarantined(&mut transaction, &photo, request.photos_of_revoked).await?;
    let availability = availability::availability(&photo.record, photo.latest.as_ref(), request.office_id, now);
    match availability.unless_quarantined(quarantined) {
        Availability::LeasedHere(collection) => {
            let (id, device_id) = (collection.collection_id, request.device_id);
            if !collection_devices::has_shown_code_on(&mut transaction, id, device_id).await?
                && collection_devices::note_code_shown(&mut transaction, id, device_id, now).await?
            {
                transaction.append(collections::audit_entry(
                    AuditEvent::CollectionRenewed,
                    &collection,
                    device_id,
                    now,
                ));
                transaction.commit().await?;
            }
            Ok(LeaseOutcome::Existing(collection))
        }
        Availability::Renewable(mut collection) => {
            collection.lease_until = collection.settle_due.map_or(lease_until, |due| lease_until.min(due));
            transaction
                .query("UPDATE collections SET lease_until = $1 WHERE collection_id = $2")
                .bind(params![collection.lease_until, collection.collection_id])
                .execute()
                .await?;
            let entry = collections::audit_entry(AuditEvent::CollectionRenewed, &collection, request.device_id, now);
            transaction.mark_changed(RowId::Collection(collection.collection_id));
            let id = collection.collection_id;
            collection_devices::note_code_shown(&mut transaction, id, request.device_id, now).await?;
            transaction.append(entry);
            transaction.commit().await?;
            Ok(LeaseOutcome::Existing(collection))
        }
        Availability::Available { lapsed } => {
            if let Some(lapsed) = lapsed {
                collections::close_lapsed(&mut transaction, &lapsed, now).await?;
            }
            let lease = CollectionRecord {
                collection_id: request.collection_id,
                photo_id: request.photo_id,
                office_id: request.office_id,
                state: CollectionState::Leased,
                leased_at: now,
                lease_until,
                handed_over_at: None,
                settle_due: None,
                settled_at: None,
                kept_until: None,
            };
            collections::insert(&mut transaction, &lease, request.device_id).await?;
            failpoint::reached("lease.before_commit");
            transaction.commit().await?;
            failpoint::reached("lease.committed");
            Ok(LeaseOutcome::New(lease))
        }
        other => Ok(LeaseOutcome::Unavailable(other)),
    }
}

async fn fetch(store: &SqlStore, request: &FetchRequest) -> Result<FetchOutcome, StoreError> {
    let attempt = &request.attempt;
    let mut transaction = store.write().await?;
    if let Some(until) = blocked_until(&mut transaction, attempt).await? {
        return Ok(FetchOutcome::Blocked { until });
    }
    let Some(collection) = collections::find_on(&mut transaction, request.collection_id, attempt.office_id).await?
    else {
        return Ok(FetchOutcome::NoSuchCollection);
    };
    if photos::tombstone_of(&mut transaction, collection.photo_id).await? != attempt.lookup_id.tombstone() {
        return Ok(match count_wrong_code(&mut transaction, attempt).await? {
            WrongCodeOutcome::Blocked { until } => FetchOutcome::Blocked { until },
            WrongCodeOutcome::Counted { alarm } => {
                transaction.commit().await?;
                FetchOutcome::WrongCode { alarm }
            }
        });
    }
    if let Some(until) = recheck_blocked_until(&mut transaction, attempt).await? {
        return Ok(FetchOutcome::Blocked { until });
    }
    if let Some(cut_off) = find_cut_off(&mut transaction, attempt.device_id).await? {
        return Ok(FetchOutcome::CutOff(cut_off));
    }
    let Some(collection) =
        collections::load_for_update(&mut transaction, request.collection_id, attempt.office_id).await?
    else {
        return Ok(FetchOutcome::NoSuchCollection);
    };
    match decide_fetch(&collection, attempt.now) {
        FetchDecision::Allowed => {}
        FetchDecision::LeaseExpired { at } => return Ok(FetchOutcome::LeaseExpired { at }),
        FetchDecision::Settled { at } => return Ok(FetchOutcome::Settled { at }),
    }
    let tracked = photos::of_collection(&mut transaction, &collection).await?;
    // An open collection is the latest of its photo.
    if let Some(quarantined) = quarantine::quarantined(&mut transaction, &tracked, attempt.photos_of_revoked).await? {
        return Ok(FetchOutcome::Quarantined(quarantined));
    }
    let photo = tracked.record;
    if request.purpose == FetchPurpose::HandOver {
        record_hand_over(&mut transaction, &collection, &photo, request).await?;
        failpoint::reached("hand_over.before_commit");
        transaction.commit().await?;
        failpoint::reached("hand_over.committed");
    }
    Ok(FetchOutcome::Ready(Box::new(photo)))
}

/// Records a hand-over. Each one is counted; the first one, and later ones after a pause, also get a row in the audit
/// log.
async fn record_hand_over(
    transaction: &mut WriteTransaction,
    collection: &CollectionRecord,
    photo: &PhotoRecord,
    request: &FetchRequest,
) -> Result<(), StoreError> {
    let (id, now, device_id) = (collection.collection_id, request.attempt.now, request.attempt.device_id);
    if collection.handed_over_at.is_none() {
        transaction
            .query("UPDATE collections SET handed_over_at = $1, settle_due = $2 WHERE collection_id = $3")
            .bind(params![now, deadline(now, request.settle_within, photo), id])
            .execute()
            .await?;
        transaction.mark_changed(RowId::Collection(id));
    }
    let count = collection_devices::count_hand_over(transaction, id, device_id, now).await?;
    if count.is_logged {
        let mut entry = collections::audit_entry(AuditEvent::CollectionHandedOver, collection, device_id, now);
        if count.hand_overs > 1 {
            entry.details["hand_overs"] = count.hand_overs.into();
        }
        transaction.append(entry);
    }
    Ok(())
}
