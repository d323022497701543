//! Decisions of an administrator about parties and their devices, each with its audit row.

use std::fmt;

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
///
/// # Errors
/// [`AdministrationError::InvalidName`].
pub fn check_label(label: &str) -> Result<(), AdministrationError> {
    parse_name(NameField::Label, label)?;
    Ok(())
}

/// Actor of audit rows about commands on the gateway's machine.
const ADMINISTRATOR: &str = "administrator";

/// Context of administration; no listener and no key file is needed for it.
pub struct Administration<'a> {
    /// Store of the gateway.
    pub store: &'a SqlStore,
    /// Source of the time.
    pub clock: &'a dyn Clock,
    /// Source of randomness for identifiers.
    pub entropy: &'a dyn Entropy,
}

impl Administration<'_> {
    /// Adds a studio or office.
    ///
    /// # Errors
    /// [`AdministrationError::NameTaken`] when one of that role, name and place is there already.
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
    ///
    /// # Errors
    /// [`AdministrationError::NoSuchParty`], [`AdministrationError::Ambiguous`].
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

    /// Refuses a party's requests from now on, or takes them again; `false` when it was so before.
    ///
    /// # Errors
    /// [`AdministrationError::Store`].
    pub async fn set_suspended(&self, party: &Party, suspended: bool) -> Result<bool, AdministrationError> {
        let event = if suspended { AuditEvent::PartySuspended } else { AuditEvent::PartyResumed };
        let audit = audit_entry(self.clock.now(), event, party.party_id.to_string(), serde_json::json!({}));
        Ok(self.store.set_suspended(party.party_id, suspended, audit).await?)
    }

    /// Refuses a key that a device has or had, before anything is made for it.
    ///
    /// # Errors
    /// [`AdministrationError::KeyReused`].
    pub async fn check_key(&self, key: &Sha256Digest) -> Result<(), AdministrationError> {
        if self.store.is_key_known(key).await? { Err(AdministrationError::KeyReused) } else { Ok(()) }
    }

    /// Writes down a device whose certificate has been issued.
    ///
    /// # Errors
    /// [`AdministrationError::KeyReused`].
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

    /// Writes down an office's device whose certificate was issued elsewhere.
    ///
    /// # Errors
    /// [`AdministrationError::AlreadyBound`] when another device has that certificate or key, also a revoked one,
    /// [`AdministrationError::KeyReused`] when another one has or had that key.
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

    /// Lets photos be collected again that a studio's revoked devices, or one of them, had deposited.
    ///
    /// # Errors
    /// [`AdministrationError::Store`].
    pub async fn release_photos(
        &self,
        studio: &Party,
        device: Option<DeviceId>,
    ) -> Result<ReleaseCounts, AdministrationError> {
        let details = serde_json::json!({ "device_id": device });
        let audit = audit_entry(self.clock.now(), AuditEvent::PhotosReleased, studio.party_id.to_string(), details);
        Ok(self.store.release_photos(studio.party_id, device, audit).await?)
    }

    /// Confirms that the clock is right, although the last sweep was long ago or the clock was set. Gives the last sweep.
    ///
    /// # Errors
    /// [`AdministrationError::Store`].
    pub async fn confirm_clock(&self) -> Result<Option<Timestamp>, AdministrationError> {
        let now = self.clock.now();
        let last = self.store.last_swept_at().await?;
        let details = serde_json::json!({ "last_swept_at": last });
        let audit = AuditEntry {
            at: now,
            actor: ADMINISTRATOR.into(),
            event: AuditEvent::ClockConfirmed,
            subject: None,
            details,
        };
        self.store.confirm_clock(now, audit).await?;
        Ok(last)
    }

    /// Cuts a device off for good; `false` when it was so before, or there is none.
    ///
    /// # Errors
    /// [`AdministrationError::Store`].
    pub async fn revoke_device(&self, device_id: DeviceId) -> Result<bool, AdministrationError> {
        let now = self.clock.now();
        let audit = audit_entry(now, AuditEvent::DeviceRevoked, device_id.to_string(), serde_json::json!({}));
        Ok(self.store.revoke_device(device_id, now, audit).await?)
    }
}

pub(crate) fn audit_entry(at: Timestamp, event: AuditEvent, subject: String, details: serde_json::Value) -> AuditEntry {
    AuditEntry { at, actor: ADMINISTRATOR.into(), event, subject: Some(subject), details }
}

/// The log tells of the key of a certificate.
fn record_key(details: &mut serde_json::Value, certificate: &CertificateRecord) {
    if let Some(key) = &certificate.key {
        details["spki_sha256"] = serde_json::json!(key);
    }
}

/// The log tells of a device that is an auditor's, and of its kind.
pub(crate) fn record_device(details: &mut serde_json::Value, device: &Device) {
    if device.scope != DeviceScope::default() {
        details["duty"] = serde_json::json!(device.scope);
    }
    if let Some(kind) = device.kind {
        details["kind"] = serde_json::json!(kind);
    }
}

/// Reason why an administrator's command was not carried out.
#[derive(Debug)]
pub enum AdministrationError {
    /// A party of that role, name and place is there already.
    NameTaken,
    /// Another device has this certificate or key.
    AlreadyBound,
    /// A name, place or label cannot be shown.
    InvalidName(NameError),
    /// Nobody of that role has this name or identifier.
    NoSuchParty {
        role: Role,
        /// Name or identifier that was asked for.
        wanted: String,
    },
    /// Several have this name.
    Ambiguous {
        role: Role,
        /// Name that was asked for.
        wanted: String,
    },
    /// There is no such device.
    NoSuchDevice,
    /// The device was revoked, for good.
    DeviceRevoked,
    /// Another device has or had the key.
    KeyReused,
    /// No randomness for an identifier.
    Entropy(EntropyError),
    /// A secret could not be sealed.
    Seal(SealError),
    /// The store cannot be used.
    Store(StoreError),
}

impl fmt::Display for AdministrationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NameTaken => f.write_str("one with this name and place is there already: see the list"),
            Self::AlreadyBound => f.write_str(
                "a device has this certificate or key already, perhaps a revoked one: see `device list`; after a revocation a \
                 new key is needed",
            ),
            Self::InvalidName(error) => error.fmt(f),
            Self::NoSuchParty { role, wanted } => {
                write!(f, "no {role} is called \"{wanted}\": `{role} list` shows names and identifiers")
            }
            Self::Ambiguous { role, wanted } => {
                write!(f, "more than one {role} is called \"{wanted}\": give the identifier from `{role} list`")
            }
            Self::NoSuchDevice => f.write_str("there is no such device: `lichtbild-gateway device list` shows all"),
            Self::DeviceRevoked => f.write_str(
                "the device was revoked, and that is for good: invite a new one with `studio invite` or `office invite`",
            ),
            Self::KeyReused => f.write_str(
                "another device has or had this key: make a new key on the device",
            ),
            Self::Seal(_) => f.write_str("the invitation could not be sealed: try again"),
            Self::Entropy(_) => f.write_str("no identifier could be made: try again"),
            Self::Store(_) => f.write_str("the database could not be used"),
        }
    }
}

impl std::error::Error for AdministrationError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Store(source) => Some(source),
            Self::Entropy(source) => Some(source),
            Self::Seal(source) => Some(source),
            _ => None,
        }
    }
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

impl From<NameError> for AdministrationError {
    fn from(error: NameError) -> Self {
        Self::InvalidName(error)
    }
}

impl From<SealError> for AdministrationError {
    fn from(error: SealError) -> Self {
        Self::Seal(error)
    }
}

impl From<EntropyError> for AdministrationError {
    fn from(error: EntropyError) -> Self {
        Self::Entropy(error)
    }
}
