//! Expectations of every table, by key.

use std::collections::HashMap;
use std::hash::Hash;

use super::super::digest::Sha256Digest;
use super::super::id::{CollectionId, DeviceId, PartyId, PhotoId};
use super::super::invitation::InvitationState;
use super::key::RowDigest;
use super::row::{RowId, StoredRow, Value};
use super::share::Share;
use super::told::Fact::{Is, Unknown};
use super::told::{BoundKeyTold, CertificateTold, DeviceTold, InvitationTold, PartyTold, Rules};
use super::told_photo::{CollectionTold, PhotoTold};

/// A row of which the log tells.
#[derive(Debug, Default)]
pub(super) struct Expected<T> {
    pub(super) told: T,
    /// The newest digest of the whole row.
    pub(super) digest: Option<RowDigest>,
    /// The first and the last row of the log that tells of it.
    pub(super) first: i64,
    pub(super) last: i64,
    /// True once the table was found to have it.
    pub(super) is_seen: bool,
}

impl<T> Expected<T> {
    /// Notes that a row of the log tells of it; the digest is of what was there before if that row took none.
    fn change(&mut self, sequence: i64, is_undigested: bool) {
        self.last = sequence;
        if is_undigested {
            self.digest = None;
        }
    }
}

/// The rows of one table.
#[derive(Debug)]
pub(super) struct ByKey<K, T> {
    rows: HashMap<K, Expected<T>>,
    /// True while a row of the log is carried out that an older node wrote: it changed rows and took no digests of them.
    is_undigested: bool,
}

impl<K, T> Default for ByKey<K, T> {
    fn default() -> Self {
        Self { rows: HashMap::new(), is_undigested: false }
    }
}

impl<K: Eq + Hash, T: Default> ByKey<K, T> {
    /// The row that this row of the log tells of.
    pub(super) fn touch(&mut self, key: K, sequence: i64) -> &mut T {
        &mut self.entry(key, sequence).told
    }

    fn entry(&mut self, key: K, sequence: i64) -> &mut Expected<T> {
        let entry = self.rows.entry(key).or_insert_with(|| Expected { first: sequence, ..Expected::default() });
        entry.change(sequence, self.is_undigested);
        entry
    }

    pub(super) fn has(&self, key: &K) -> bool {
        self.rows.contains_key(key)
    }

    pub(super) fn get(&self, key: &K) -> Option<&T> {
        self.rows.get(key).map(|entry| &entry.told)
    }

    pub(super) fn expected(&mut self, key: &K) -> Option<&mut Expected<T>> {
        self.rows.get_mut(key)
    }

    /// Changes rows that are told of all at once.
    pub(super) fn change_all(&mut self, sequence: i64, mut change: impl FnMut(&K, &mut T) -> bool) {
        for (key, entry) in &mut self.rows {
            if change(key, &mut entry.told) {
                entry.change(sequence, self.is_undigested);
            }
        }
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (&K, &mut Expected<T>)> {
        self.rows.iter_mut()
    }

    /// Forgets rows that rows of the log from `from` on were the first to tell of, and digests that came with those.
    fn forget_since(&mut self, from: i64, loosen: impl Fn(&mut T)) {
        self.rows.retain(|_, entry| entry.first < from);
        self.loosen_since(from, loosen);
    }

    fn loosen_since(&mut self, from: i64, loosen: impl Fn(&mut T)) {
        for entry in self.rows.values_mut().filter(|entry| entry.last >= from) {
            entry.digest = None;
            loosen(&mut entry.told);
        }
    }

    fn not_seen(&self) -> impl Iterator<Item = (&K, &T)> {
        self.rows.iter().filter(|(_, entry)| !entry.is_seen).map(|(key, entry)| (key, &entry.told))
    }

    fn see(&mut self, key: &K, rules: impl Fn(&T) -> Rules) -> Option<Seen> {
        let entry = self.rows.get_mut(key)?;
        entry.is_seen = true;
        Some(Seen { rules: rules(&entry.told), digest: entry.digest })
    }
}

/// A row of a table that the log tells of.
pub(super) struct Seen {
    pub(super) rules: Rules,
    pub(super) digest: Option<RowDigest>,
}

/// Every table.
#[derive(Debug)]
pub(super) struct Expectations {
    pub(super) parties: ByKey<PartyId, PartyTold>,
    pub(super) devices: ByKey<DeviceId, DeviceTold>,
    pub(super) certificates: ByKey<Sha256Digest, CertificateTold>,
    pub(super) bound_keys: ByKey<Sha256Digest, BoundKeyTold>,
    pub(super) invitations: ByKey<(DeviceId, i64), InvitationTold>,
    pub(super) photos: ByKey<PhotoId, PhotoTold>,
    pub(super) collections: ByKey<CollectionId, CollectionTold>,
    /// The photos that are looked at.
    pub(super) share: Share,
    /// The newest row of the log that held photos back.
    held_at: Option<i64>,
}

impl Expectations {
    /// Before the first row of the log.
    pub(super) fn new(share: Share) -> Self {
        Self {
            parties: ByKey::default(),
            devices: ByKey::default(),
            certificates: ByKey::default(),
            bound_keys: ByKey::default(),
            invitations: ByKey::default(),
            photos: ByKey::default(),
            collections: ByKey::default(),
            share,
            held_at: None,
        }
    }

    /// Says that the row of the log that is carried out next has no digests of the rows that it changes.
    pub(super) fn set_undigested(&mut self, is_undigested: bool) {
        self.parties.is_undigested = is_undigested;
        self.devices.is_undigested = is_undigested;
        self.certificates.is_undigested = is_undigested;
        self.bound_keys.is_undigested = is_undigested;
        self.invitations.is_undigested = is_undigested;
        self.photos.is_undigested = is_undigested;
        self.collections.is_undigested = is_undigested;
    }

    /// Takes the digest that a row of the log carries for a row of a table.
    pub(super) fn put_digest(&mut self, id: RowId, sequence: i64, digest: RowDigest) {
        let digest = Some(digest);
        match id {
            RowId::Party(id) => self.parties.entry(id, sequence).digest = digest,
            RowId::Device(id) => self.devices.entry(id, sequence).digest = digest,
            RowId::Certificate(id) => self.certificates.entry(id, sequence).digest = digest,
            RowId::BoundKey(id) => self.bound_keys.entry(id, sequence).digest = digest,
            RowId::Invitation(id, number) => {
                let entry = self.invitations.entry((id, number), sequence);
                (entry.digest, entry.told.restored_at) = (digest, None);
            }
            RowId::Photo(id) if self.share.has(&id) => self.photos.entry(id, sequence).digest = digest,
            // One of which the same row of the log tells, if its photo is in this share.
            RowId::Collection(id) if self.collections.has(&id) => self.collections.entry(id, sequence).digest = digest,
            RowId::Photo(_) | RowId::Collection(_) => {}
        }
    }

    /// Notes that a row is there; `None` when the log does not tell of it.
    pub(super) fn see(&mut self, id: &RowId) -> Option<Seen> {
        match id {
            RowId::Party(id) => self.parties.see(id, PartyTold::rules),
            RowId::Device(device_id) => self.devices.see(device_id, |told| told.rules(*device_id)),
            RowId::Certificate(id) => self.certificates.see(id, CertificateTold::rules),
            RowId::BoundKey(id) => self.bound_keys.see(id, BoundKeyTold::rules),
            RowId::Invitation(id, number) => self.invitations.see(&(*id, *number), InvitationTold::rules),
            RowId::Photo(photo_id) => self.photos.see(photo_id, |told| told.rules(*photo_id)),
            RowId::Collection(id) => self.collections.see(id, CollectionTold::rules),
        }
    }

    /// A gateway was made of a backup: every photo that is there is held back, every invitation that is open is withdrawn.
    pub(super) fn hold_back(&mut self, since: i64, sequence: i64) {
        self.held_at = Some(sequence);
        for (_, photo) in self.photos.iter_mut() {
            photo.told.held_back_since = match (photo.told.is_erased(), photo.told.held_back_since) {
                (Is(true), held) | (_, held @ Is(Some(_))) => held,
                (Is(false), Is(None)) => Is(Some(since)),
                _ => Unknown,
            };
        }
        for (_, invitation) in self.invitations.iter_mut() {
            invitation.told.restored_at.get_or_insert(sequence);
            if invitation.told.is_alive() {
                invitation.told.state = Is(InvitationState::Withdrawn);
            }
        }
    }

    /// Rows of the log from `from` on came out of an export after the backup was taken, and were carried out by a restore: it erases
    /// photos, ends collections, revokes and suspends, and does no more. Moments that it had to choose are not known.
    pub(super) fn loosen(&mut self, from: i64) {
        self.parties.forget_since(from, |_| {});
        self.devices.forget_since(from, |device| {
            device.released_at = Unknown;
            (device.certificates, device.invitations) = (Unknown, Unknown);
        });
        self.certificates.forget_since(from, |_| {});
        self.bound_keys.forget_since(from, |_| {});
        self.invitations.forget_since(from, |invitation| {
            *invitation = InvitationTold { expires_at: invitation.expires_at, ..InvitationTold::default() };
        });
        // A hold that came out of the export was not carried out; the restore holds back by itself.
        let is_hold_loose = self.held_at.is_some_and(|at| at >= from);
        for (_, invitation) in self.invitations.iter_mut() {
            if invitation.told.restored_at.is_some_and(|at| at >= from) {
                (invitation.told.state, invitation.told.restored_at) = (Unknown, None);
            }
        }
        for (_, photo) in self.photos.iter_mut().filter(|_| is_hold_loose) {
            photo.told.held_back_since = Unknown;
        }
        let was_restored = self.held_at.is_some();
        self.photos.forget_since(from, |photo| photo.loosen(was_restored));
        self.collections.loosen_since(from, CollectionTold::loosen);
        for (_, collection) in self.collections.iter_mut().filter(|(_, collection)| collection.first >= from) {
            collection.told.may_be_missing = true;
        }
    }

    /// True if a restore may have withdrawn the invitation since its digest was taken.
    pub(super) fn was_restored(&self, row: &StoredRow) -> bool {
        let RowId::Invitation(device_id, number) = row.id else { return false };
        self.invitations.get(&(device_id, number)).is_some_and(|invitation| invitation.restored_at.is_some())
    }

    /// True if all invitations of a device are counted: the log goes back to its making.
    pub(super) fn knows_invitations_of(&self, device_id: &DeviceId) -> bool {
        self.devices.get(device_id).is_some_and(|device| device.invitations != Unknown)
    }

    /// Rows that the log tells of and no table has. Photos that ended by `forgotten_before`, in milliseconds since the Unix epoch,
    /// are gone for good, and their collections with them.
    pub(super) fn missing(&self, forgotten_before: i64) -> Vec<RowId> {
        let mut missing: Vec<RowId> = Vec::new();
        if self.share.is_first() {
            missing.extend(self.parties.not_seen().map(|(id, _)| RowId::Party(*id)));
            missing.extend(self.devices.not_seen().map(|(id, _)| RowId::Device(*id)));
            missing.extend(self.certificates.not_seen().map(|(id, _)| RowId::Certificate(*id)));
            missing.extend(self.bound_keys.not_seen().map(|(id, _)| RowId::BoundKey(*id)));
            missing.extend(self.invitations.not_seen().map(|((id, number), _)| RowId::Invitation(*id, *number)));
        }
        let is_over = |photo: &PhotoTold| photo.ended_at().is_some_and(|at| at <= forgotten_before);
        let photos = self.photos.not_seen().filter(|(_, photo)| !is_over(photo));
        missing.extend(photos.map(|(id, _)| RowId::Photo(*id)));
        let is_over = |collection: &CollectionTold| match collection.photo_id {
            Is(photo_id) => self.photos.get(&photo_id).is_none_or(is_over),
            Unknown => true,
        };
        let collections =
            self.collections.not_seen().filter(|(_, collection)| !collection.may_be_missing && !is_over(collection));
        missing.extend(collections.map(|(id, _)| RowId::Collection(*id)));
        missing.sort_by_cached_key(ToString::to_string);
        missing
    }
}

/// States that an invitation may have had when a restore withdrew it.
pub(super) fn states_before_restore() -> impl Iterator<Item = Value> {
    [InvitationState::Open, InvitationState::Requested, InvitationState::Approved]
        .into_iter()
        .map(|state| Value::Text(state.name().to_owned()))
}
