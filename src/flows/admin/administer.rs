//! Commands of an administrator about parties and their devices, each with its audit row.

use crate::clock::{Clock, Timestamp};
use crate::domain::digest::Sha256Digest;
use crate::domain::id::{DeviceId, PartyId};
use crate::domain::log::{AuditEntry, AuditEvent};
use crate::domain::party::name::{NameError, NameField, parse_name, spelling};
use crate::domain::party::{Device, DeviceScope, Party, Role};
use crate::entropy::{Entropy, EntropyError};
use crate::sealing::envelope::SealError;
use crate::storage::requests::{Binding, CertificateRecord, ReleaseCounts};
use crate::storage::{SqlStore, StoreError};

/// Checks a device's label, which may be empty.
pub fn check_label(label: &str) -> Result<(), AdministrationError> {
    parse_name(NameField::Label, label)?;
    Ok(())
}

/// Actor of audit rows about commands on the gateway's machine.
const ADMINISTRATOR: &str = "administrator";

/// Context of administration, which needs neither a listener nor the key file.
pub struct Administration<'a> {
    pub store: &'a SqlStore,
    pub clock: &'a dyn Clock,
    pub entropy: &'a dyn Entropy,
}

impl Administration<'_> {
    pub async fn add_party(&self, role: Role, name: &str, place: &str) -> Result<Party, AdministrationError> {
        let now = self.clock.now();
        let party = Party {
            party_id: PartyId::generate(now, self.entropy)?,
            role,
            name: parse_name(NameField::Name, name)?,
            place: parse_name(NameField::Place, place)?,
            suspended: false,
            created_at: now,
        };
        let details = serde_json::json!({ "role": role });
        self.store
            .add_party(&party, audit_entry(now, AuditEvent::PartyAdded, party.party_id.to_string(), details))
            .await?;
        Ok(party)
    }

    /// Finds a party by its identifier or its name.
    pub async fn find_party(&self, role: Role, wanted: &str) -> Result<Party, AdministrationError> {
        let parties = self.store.parties(role).await?;
        let name = spelling(wanted);
        let is_wanted = |party: &Party| party.party_id.to_string() == wanted || spelling(&party.name) == name;
        let mut matching = parties.into_iter().filter(is_wanted);
        match (matching.next(), matching.next()) {
            (Some(party), None) => Ok(party),
            (None, _) => Err(AdministrationError::NoSuchParty { role, wanted: wanted.to_owned() }),
            (Some(_), Some(_)) => Err(AdministrationError::Ambiguous { role, wanted: wanted.to_owned() }),
        }
    }

    /// Suspends or resumes a party; `false` when nothing changed.
    pub async fn set_suspended(&self, party: &Party, suspended: bool) -> Result<bool, AdministrationError> {
        let event = if suspended { AuditEvent::PartySuspended } else { AuditEvent::PartyResumed };
        let audit = audit_entry(self.clock.now(), event, party.party_id.to_string(), serde_json::json!({}));
        Ok(self.store.set_suspended(party.party_id, suspended, audit).await?)
    }

    /// Refuses a key that a device has or had, before a certificate is issued for it.
    pub async fn check_key(&self, key: &Sha256Digest) -> Result<(), AdministrationError> {
        if self.store.is_key_known(key).await? { Err(AdministrationError::KeyReused) } else { Ok(()) }
    }

    /// Stores a device whose certificate has been issued.
    pub async fn add_device(
        &self,
        device: &Device,
        certificate: &CertificateRecord,
    ) -> Result<(), AdministrationError> {
        check_label(&device.label)?;
        let mut details = serde_json::json!({
            "party_id": device.party_id,
            "certificate_sha256": certificate.sha256,
            "not_after": certificate.not_after,
        });
        record_key(&mut details, certificate);
        record_device(&mut details, device);
        let audit = audit_entry(self.clock.now(), AuditEvent::DeviceAdded, device.device_id.to_string(), details);
        Ok(self.store.add_device(device, certificate, audit).await?)
    }

    /// Stores an office's device with a certificate or key of an external CA.
    pub async fn bind_device(&self, device: &Device, binding: &Binding) -> Result<(), AdministrationError> {
        check_label(&device.label)?;
        let mut details = match binding {
            Binding::Certificate(certificate) => serde_json::json!({
                "party_id": device.party_id,
                "foreign_certificate_sha256": certificate.sha256,
                "not_after": certificate.not_after,
            }),
            Binding::Key(key) => serde_json::json!({ "party_id": device.party_id, "foreign_key_sha256": key }),
        };
        if let Binding::Certificate(certificate) = binding {
            record_key(&mut details, certificate);
        }
        record_device(&mut details, device);
        let audit = audit_entry(self.clock.now(), AuditEvent::DeviceAdded, device.device_id.to_string(), details);
        match self.store.bind_device(device, binding, audit).await {
            Err(StoreError::AlreadyExists) => Err(AdministrationError::AlreadyBound),
            other => Ok(other?),
        }
    }

    /// Releases the photos of a studio's revoked devices, or of one of them, from quarantine.
    pub async fn release_photos(
        &self,
        studio: &Party,
        device: Option<DeviceId>,
    ) -> Result<ReleaseCounts, AdministrationError> {
        let details = serde_json::json!({ "device_id": device });
        let audit = audit_entry(self.clock.now(), AuditEvent::PhotosReleased, studio.party_id.to_string(), details);
        Ok(self.store.release_photos(studio.party_id, device, audit).await?)
    }

    /// Confirms that the clock is right although it was set or the last sweep was long ago. Returns the time of the last sweep.
    pub async fn confirm_clock(&self) -> Result<Option<Timestamp>, AdministrationError> {
        let now = self.clock.now();
        let last = self.store.last_swept_at().await?;
        let details = serde_json::json!({ "last_swept_at": last });
        self.store.confirm_clock(now, audit_entry(now, AuditEvent::ClockConfirmed, None, details)).await?;
        Ok(last)
    }

    /// Revokes a device; `false` when it was revoked before or does not exist.
    pub async fn revoke_device(&self, device_id: DeviceId) -> Result<bool, AdministrationError> {
        let now = self.clock.now();
        let audit = audit_entry(now, AuditEvent::DeviceRevoked, device_id.to_string(), serde_json::json!({}));
        Ok(self.store.revoke_device(device_id, now, audit).await?)
    }
}

/// An audit row about a command of an administrator.
pub(crate) fn audit_entry(
    at: Timestamp,
    event: AuditEvent,
    subject: impl Into<Option<String>>,
    details: serde_json::Value,
) -> AuditEntry {
    AuditEntry { at, actor: ADMINISTRATOR.into(), event, subject: subject.into(), details }
}

fn record_key(details: &mut serde_json::Value, certificate: &CertificateRecord) {
    if let Some(key) = &certificate.key {
        details["spki_sha256"] = serde_json::json!(key);
    }
}

/// Adds the scope, unless it is the usual one, and the kind of a device to the details of its audit row.
pub(crate) fn record_device(details: &mut serde_json::Value, device: &Device) {
    if device.scope != DeviceScope::default() {
        details["duty"] = serde_json::json!(device.scope);
    }
    if let Some(kind) = device.kind {
        details["kind"] = serde_json::json!(kind);
    }
}

/// Reason why an administrator's command failed.
#[derive(Debug, thiserror::Error)]
pub enum AdministrationError {
    #[error("a party with this name and place exists already: see the list")]
    NameTaken,
    #[error(
        "a device has this certificate or key already, perhaps a revoked one: see `device list`; after a revocation the device \
         needs a new key"
    )]
    AlreadyBound,
    #[error(transparent)]
    InvalidName(#[from] NameError),
    #[error("no {role} is called \"{wanted}\": `{role} list` shows names and identifiers")]
    NoSuchParty { role: Role, wanted: String },
    #[error("more than one {role} is called \"{wanted}\": give the identifier from `{role} list`")]
    Ambiguous { role: Role, wanted: String },
    #[error("no such device: `lichtbild-gateway device list` shows all")]
    NoSuchDevice,
    #[error("the device is revoked permanently: invite a new one with `studio invite` or `office invite`")]
    DeviceRevoked,
    #[error("another device has or had this key: make a new key on the device")]
    KeyReused,
    #[error("no randomness for an identifier: try again")]
    Entropy(#[from] EntropyError),
    #[error("cannot encrypt the invitation's proof key: try again")]
    Seal(#[from] SealError),
    #[error("database error")]
    Store(#[source] StoreError),
}

impl From<StoreError> for AdministrationError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::AlreadyExists => Self::NameTaken,
            StoreError::KeyReused => Self::KeyReused,
            other => Self::Store(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_may_be_empty_but_not_misleading() {
        for (label, is_good) in [("", true), ("Kasse 2", true), ("Kasse\u{202e}2", false)] {
            assert_eq!(check_label(label).is_ok(), is_good, "{label:?}");
        }
    }

    #[test]
    fn the_key_of_a_certificate_is_in_the_audit_row_if_it_is_known() {
        let at = Timestamp::from_unix_milliseconds(1_795_339_800_000);
        for key in [None, Some(Sha256Digest::of(b"key"))] {
            let sha256 = Sha256Digest::of(b"certificate");
            let certificate = CertificateRecord { sha256, serial: vec![1], not_before: at, not_after: at, key };
            let mut details = serde_json::json!({});
            record_key(&mut details, &certificate);
            assert_eq!(details["spki_sha256"], serde_json::json!(key));
        }
    }
}
