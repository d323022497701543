//! Expected rows of each table, by key.

use std::collections::HashMap;
use std::hash::Hash;

use super::expected_photos::{ExpectedCollection, ExpectedCollectionDevice, ExpectedPhoto};
use super::expected_rows::LoggedValue::{Known, Unknown};
use super::expected_rows::{
    ExpectedBoundKey, ExpectedCertificate, ExpectedColumns, ExpectedDevice, ExpectedInvitation, ExpectedParty,
};
use super::partition::PhotoPartition;
use super::row::{AuditedValue, RowId, StoredRow};
use super::row_digest::RowDigest;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::{CollectionId, DeviceId, PartyId, PhotoId};
use crate::domain::party::invitation::InvitationState;

/// A row that the log contains.
#[derive(Debug, Default)]
pub(super) struct ExpectedRow<T> {
    pub(super) columns: T,
    /// The newest digest.
    pub(super) digest: Option<RowDigest>,
    /// The first and the last row of the log about it.
    pub(super) first: i64,
    pub(super) last: i64,
    /// True once it was found in its table.
    pub(super) is_matched: bool,
}

impl<T> ExpectedRow<T> {
    /// Records a change by a row of the log. Without a digest in that row, the last digest is outdated.
    fn change(&mut self, sequence: i64, is_undigested: bool) {
        self.last = sequence;
        if is_undigested {
            self.digest = None;
        }
    }
}

/// The rows of one table.
#[derive(Debug)]
pub(super) struct ExpectedTable<K, T> {
    rows: HashMap<K, ExpectedRow<T>>,
    /// True while a row of the log of an older node is applied, which contains no digests.
    is_undigested: bool,
}

impl<K, T> Default for ExpectedTable<K, T> {
    fn default() -> Self {
        Self { rows: HashMap::new(), is_undigested: false }
    }
}

impl<K: Eq + Hash, T: Default> ExpectedTable<K, T> {
    pub(super) fn touch(&mut self, key: K, sequence: i64) -> &mut T {
        &mut self.entry(key, sequence).columns
    }

    fn entry(&mut self, key: K, sequence: i64) -> &mut ExpectedRow<T> {
        let entry = self.rows.entry(key).or_insert_with(|| ExpectedRow { first: sequence, ..ExpectedRow::default() });
        entry.change(sequence, self.is_undigested);
        entry
    }

    pub(super) fn has(&self, key: &K) -> bool {
        self.rows.contains_key(key)
    }

    pub(super) fn get(&self, key: &K) -> Option<&T> {
        self.rows.get(key).map(|entry| &entry.columns)
    }

    pub(super) fn expected(&mut self, key: &K) -> Option<&mut ExpectedRow<T>> {
        self.rows.get_mut(key)
    }

    /// Changes rows that one row of the log changes together.
    pub(super) fn change_all(&mut self, sequence: i64, mut change: impl FnMut(&K, &mut T) -> bool) {
        for (key, entry) in &mut self.rows {
            if change(key, &mut entry.columns) {
                entry.change(sequence, self.is_undigested);
            }
        }
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (&K, &mut ExpectedRow<T>)> {
        self.rows.iter_mut()
    }

    /// Removes rows that first appear in rows of the log from `from` on, and digests from there.
    fn discard_since(&mut self, from: i64, loosen: impl Fn(&mut T)) {
        self.rows.retain(|_, entry| entry.first < from);
        self.relax_since(from, loosen);
    }

    fn relax_since(&mut self, from: i64, loosen: impl Fn(&mut T)) {
        for entry in self.rows.values_mut().filter(|entry| entry.last >= from) {
            entry.digest = None;
            loosen(&mut entry.columns);
        }
    }

    fn unmatched(&self) -> impl Iterator<Item = (&K, &T)> {
        self.rows.iter().filter(|(_, entry)| !entry.is_matched).map(|(key, entry)| (key, &entry.columns))
    }

    fn match_row(&mut self, key: &K, expected: impl Fn(&T) -> ExpectedColumns) -> Option<MatchedRow> {
        let entry = self.rows.get_mut(key)?;
        entry.is_matched = true;
        Some(MatchedRow { columns: expected(&entry.columns), digest: entry.digest })
    }
}

/// Expectation of a row that was found in its table.
pub(super) struct MatchedRow {
    pub(super) columns: ExpectedColumns,
    pub(super) digest: Option<RowDigest>,
}

/// Expected rows of all tables.
#[derive(Debug)]
pub(super) struct ExpectedTables {
    pub(super) parties: ExpectedTable<PartyId, ExpectedParty>,
    pub(super) devices: ExpectedTable<DeviceId, ExpectedDevice>,
    pub(super) certificates: ExpectedTable<Sha256Digest, ExpectedCertificate>,
    pub(super) bound_keys: ExpectedTable<Sha256Digest, ExpectedBoundKey>,
    pub(super) invitations: ExpectedTable<(DeviceId, i64), ExpectedInvitation>,
    pub(super) photos: ExpectedTable<PhotoId, ExpectedPhoto>,
    pub(super) collections: ExpectedTable<CollectionId, ExpectedCollection>,
    pub(super) collection_devices: ExpectedTable<(CollectionId, DeviceId), ExpectedCollectionDevice>,
    pub(super) partition: PhotoPartition,
    /// The newest row of the log that quarantined all photos.
    quarantined_at: Option<i64>,
}

impl ExpectedTables {
    pub(super) fn new(partition: PhotoPartition) -> Self {
        Self {
            parties: ExpectedTable::default(),
            devices: ExpectedTable::default(),
            certificates: ExpectedTable::default(),
            bound_keys: ExpectedTable::default(),
            invitations: ExpectedTable::default(),
            photos: ExpectedTable::default(),
            collections: ExpectedTable::default(),
            collection_devices: ExpectedTable::default(),
            partition,
            quarantined_at: None,
        }
    }

    /// Marks the next row of the log as one without digests.
    pub(super) fn set_undigested(&mut self, is_undigested: bool) {
        self.parties.is_undigested = is_undigested;
        self.devices.is_undigested = is_undigested;
        self.certificates.is_undigested = is_undigested;
        self.bound_keys.is_undigested = is_undigested;
        self.invitations.is_undigested = is_undigested;
        self.photos.is_undigested = is_undigested;
        self.collections.is_undigested = is_undigested;
        self.collection_devices.is_undigested = is_undigested;
    }

    /// Stores the digest of a row from a row of the log.
    pub(super) fn put_digest(&mut self, id: RowId, sequence: i64, digest: RowDigest) {
        let digest = Some(digest);
        match id {
            RowId::Party(id) => self.parties.entry(id, sequence).digest = digest,
            RowId::Device(id) => self.devices.entry(id, sequence).digest = digest,
            RowId::Certificate(id) => self.certificates.entry(id, sequence).digest = digest,
            RowId::BoundKey(id) => self.bound_keys.entry(id, sequence).digest = digest,
            RowId::Invitation(id, number) => {
                let entry = self.invitations.entry((id, number), sequence);
                (entry.digest, entry.columns.restored_at) = (digest, None);
            }
            RowId::Photo(id) if self.partition.contains(&id) => self.photos.entry(id, sequence).digest = digest,
            // The same row of the log creates it, if its photo is in this partition.
            RowId::Collection(id) if self.collections.has(&id) => self.collections.entry(id, sequence).digest = digest,
            RowId::CollectionDevice(id, device_id) if self.collection_devices.has(&(id, device_id)) => {
                self.collection_devices.entry((id, device_id), sequence).digest = digest;
            }
            RowId::Photo(_) | RowId::Collection(_) | RowId::CollectionDevice(..) => {}
        }
    }

    /// Marks a row as found; `None` if the log does not contain it.
    pub(super) fn match_row(&mut self, id: &RowId) -> Option<MatchedRow> {
        match id {
            RowId::Party(id) => self.parties.match_row(id, ExpectedParty::expected_columns),
            RowId::Device(device_id) => self.devices.match_row(device_id, |device| device.expected_columns(*device_id)),
            RowId::Certificate(id) => self.certificates.match_row(id, ExpectedCertificate::expected_columns),
            RowId::BoundKey(id) => self.bound_keys.match_row(id, ExpectedBoundKey::expected_columns),
            RowId::Invitation(id, number) => {
                self.invitations.match_row(&(*id, *number), ExpectedInvitation::expected_columns)
            }
            RowId::Photo(photo_id) => self.photos.match_row(photo_id, |photo| photo.expected_columns(*photo_id)),
            RowId::Collection(id) => self.collections.match_row(id, ExpectedCollection::expected_columns),
            RowId::CollectionDevice(id, device_id) => {
                self.collection_devices.match_row(&(*id, *device_id), ExpectedCollectionDevice::expected_columns)
            }
        }
    }

    /// Applies a restore from a backup: it quarantines all stored photos and withdraws all open invitations.
    pub(super) fn quarantine_all(&mut self, since: i64, sequence: i64) {
        self.quarantined_at = Some(sequence);
        for (_, photo) in self.photos.iter_mut() {
            photo.columns.quarantined_since = match (photo.columns.is_erased(), photo.columns.quarantined_since) {
                (Known(true), since) | (_, since @ Known(Some(_))) => since,
                (Known(false), Known(None)) => Known(Some(since)),
                _ => Unknown,
            };
        }
        for (_, invitation) in self.invitations.iter_mut() {
            invitation.columns.restored_at.get_or_insert(sequence);
            if invitation.columns.is_alive() {
                invitation.columns.state = Known(InvitationState::Withdrawn);
            }
        }
    }

    /// Relaxes expectations for rows of the log from `from` on, which a restore replayed from an export: it erases photos, ends
    /// collections, revokes and suspends, and does nothing else. Times that the restore chose are unknown.
    pub(super) fn relax_since(&mut self, from: i64) {
        self.parties.discard_since(from, |_| {});
        self.devices.discard_since(from, |device| {
            device.released_at = Unknown;
            (device.certificates, device.invitations) = (Unknown, Unknown);
        });
        self.certificates.discard_since(from, |_| {});
        self.bound_keys.discard_since(from, |_| {});
        self.invitations.discard_since(from, |invitation| {
            *invitation = ExpectedInvitation { expires_at: invitation.expires_at, ..ExpectedInvitation::default() };
        });
        // A quarantine from the export was not replayed; the restore itself quarantines.
        let is_quarantine_uncertain = self.quarantined_at.is_some_and(|at| at >= from);
        for (_, invitation) in self.invitations.iter_mut() {
            if invitation.columns.restored_at.is_some_and(|at| at >= from) {
                (invitation.columns.state, invitation.columns.restored_at) = (Unknown, None);
            }
        }
        for (_, photo) in self.photos.iter_mut().filter(|_| is_quarantine_uncertain) {
            photo.columns.quarantined_since = Unknown;
        }
        let was_restored = self.quarantined_at.is_some();
        self.photos.discard_since(from, |photo| photo.relax(was_restored));
        self.collections.relax_since(from, ExpectedCollection::relax);
        self.collection_devices.relax_since(from, ExpectedCollectionDevice::relax);
        for (_, collection) in self.collections.iter_mut().filter(|(_, collection)| collection.first >= from) {
            collection.columns.may_be_missing = true;
        }
    }

    /// True if a restore may have withdrawn the invitation since its last digest.
    pub(super) fn was_restored(&self, row: &StoredRow) -> bool {
        let RowId::Invitation(device_id, number) = row.id else { return false };
        self.invitations.get(&(device_id, number)).is_some_and(|invitation| invitation.restored_at.is_some())
    }

    /// True if all invitations of a device are counted, because the log contains its creation.
    pub(super) fn has_all_invitations_of(&self, device_id: &DeviceId) -> bool {
        self.devices.get(device_id).is_some_and(|device| device.invitations != Unknown)
    }

    /// Rows of the log that are missing in their tables. Photos that ended by `purged_before`, in milliseconds since the Unix epoch, were
    /// purged with their collections.
    pub(super) fn missing(&self, purged_before: i64) -> Vec<RowId> {
        let mut missing: Vec<RowId> = Vec::new();
        if self.partition.is_first() {
            missing.extend(self.parties.unmatched().map(|(id, _)| RowId::Party(*id)));
            missing.extend(self.devices.unmatched().map(|(id, _)| RowId::Device(*id)));
            missing.extend(self.certificates.unmatched().map(|(id, _)| RowId::Certificate(*id)));
            missing.extend(self.bound_keys.unmatched().map(|(id, _)| RowId::BoundKey(*id)));
            missing.extend(self.invitations.unmatched().map(|((id, number), _)| RowId::Invitation(*id, *number)));
        }
        let is_photo_over = |photo: &ExpectedPhoto| photo.ended_at().is_some_and(|at| at <= purged_before);
        let photos = self.photos.unmatched().filter(|(_, photo)| !is_photo_over(photo));
        missing.extend(photos.map(|(id, _)| RowId::Photo(*id)));
        let is_over = |collection: &ExpectedCollection| match collection.photo_id {
            Known(photo_id) => self.photos.get(&photo_id).is_none_or(is_photo_over),
            Unknown => true,
        };
        let collections =
            self.collections.unmatched().filter(|(_, collection)| !collection.may_be_missing && !is_over(collection));
        missing.extend(collections.map(|(id, _)| RowId::Collection(*id)));
        let devices = self.collection_devices.unmatched().filter(|(_, device)| {
            let is_over = match device.photo_id {
                Known(photo_id) => self.photos.get(&photo_id).is_none_or(is_photo_over),
                Unknown => true,
            };
            device.is_written && !device.may_be_missing && !is_over
        });
        missing.extend(devices.map(|((id, device_id), _)| RowId::CollectionDevice(*id, *device_id)));
        missing.sort_by_cached_key(ToString::to_string);
        missing
    }
}

/// Possible states of an invitation before a restore withdrew it.
pub(super) fn states_before_restore() -> impl Iterator<Item = AuditedValue> {
    [InvitationState::Open, InvitationState::Requested, InvitationState::Approved]
        .into_iter()
        .map(|state| AuditedValue::Text(state.name().to_owned()))
}
