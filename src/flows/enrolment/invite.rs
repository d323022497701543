//! Invitations: an administrator issues and approves them.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::domain::code::enrolment_code::EnrolmentCode;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::DeviceId;
use crate::domain::log::AuditEvent;
use crate::domain::party::device_kind::DeviceKind;
use crate::domain::party::invitation::{Invitation, InvitationState};
use crate::domain::party::{Device, DeviceScope, Party, Role};
use crate::flows::admin::administer::{Administration, AdministrationError, audit_entry, check_label, record_device};
use crate::sealing::KeyFile;
use crate::sealing::enrolment_proof::{ProofKey, invitation_lookup_id};
use crate::storage::enrolment_requests::{ApprovalOutcome, InviteOutcome, InvitedDevice, NewInvitation};

/// A new invitation.
pub struct IssuedInvitation {
    pub party: Party,
    pub device: Device,
    /// The database does not have it, so it can be shown only once.
    pub code: EnrolmentCode,
    pub expires_at: Timestamp,
}

impl Administration<'_> {
    /// The studio or office of this name and place, added unless it exists: an interrupted command can be repeated.
    pub async fn find_or_add_party(&self, role: Role, name: &str, place: &str) -> Result<Party, AdministrationError> {
        match self.add_party(role, name, place).await {
            Err(AdministrationError::NameTaken) => {}
            other => return other,
        }
        let (name, place) = (name.trim(), place.trim());
        let parties = self.store.parties(role).await?;
        let same = parties.into_iter().find(|party| party.name == name && party.place == place);
        same.ok_or_else(|| AdministrationError::NoSuchParty { role, wanted: name.to_owned() })
    }

    /// Adds a device without a certificate and invites it.
    pub async fn invite_new(
        &self,
        party: &Party,
        label: &str,
        scope: DeviceScope,
        kind: DeviceKind,
        validity: Duration,
        keys: &KeyFile,
    ) -> Result<IssuedInvitation, AdministrationError> {
        check_label(label)?;
        let now = self.clock.now();
        let device = Device {
            device_id: DeviceId::generate(now, self.entropy)?,
            party_id: party.party_id,
            label: label.to_owned(),
            scope,
            kind: Some(kind),
            created_at: now,
            revoked_at: None,
            certificate_expires_at: None,
        };
        self.invite(InvitedDevice::New(device), validity, keys).await
    }

    /// Invites a known device whose invitation or certificate has ended. An earlier invitation is withdrawn; a certificate stays
    /// valid.
    pub async fn invite_again(
        &self,
        device_id: DeviceId,
        validity: Duration,
        keys: &KeyFile,
    ) -> Result<IssuedInvitation, AdministrationError> {
        self.invite(InvitedDevice::Known(device_id), validity, keys).await
    }

    async fn invite(
        &self,
        device: InvitedDevice,
        validity: Duration,
        keys: &KeyFile,
    ) -> Result<IssuedInvitation, AdministrationError> {
        let now = self.clock.now();
        let code = EnrolmentCode::generate(self.entropy)?;
        let lookup = invitation_lookup_id(&code);
        let (device_id, is_new) = match &device {
            InvitedDevice::New(device) => (device.device_id, true),
            InvitedDevice::Known(device_id) => (*device_id, false),
        };
        let invitation = NewInvitation {
            lookup,
            sealed_proof_key: keys.seal_proof_key(&ProofKey::from_code(&code), &lookup, self.entropy)?,
            device,
            created_at: now,
            expires_at: now + validity,
        };
        let mut details = serde_json::json!({ "new_device": is_new, "expires_at": invitation.expires_at });
        if let InvitedDevice::New(device) = &invitation.device {
            record_device(&mut details, device);
        }
        let audit = audit_entry(now, AuditEvent::DeviceInvited, device_id.to_string(), details);
        match self.store.invite(&invitation, audit).await? {
            InviteOutcome::Stored(party, device) => {
                Ok(IssuedInvitation { party, device, code, expires_at: invitation.expires_at })
            }
            InviteOutcome::NoSuchDevice => Err(AdministrationError::NoSuchDevice),
            InviteOutcome::Revoked => Err(AdministrationError::DeviceRevoked),
        }
    }

    /// SHA-256 of the public key of a device's enrolment request that an administrator can approve.
    pub async fn requested_key(&self, device_id: DeviceId) -> Result<Option<Sha256Digest>, AdministrationError> {
        let now = self.clock.now();
        for role in [Role::Studio, Role::Office] {
            let invitations = self.store.invitations(role).await?;
            let found = invitations.into_iter().find(|(device, _)| *device == device_id);
            if let Some((_, Invitation { state, key, .. })) = found.filter(|(_, invitation)| invitation.is_usable(now))
                && matches!(state, InvitationState::Requested | InvitationState::Approved)
            {
                return Ok(key);
            }
        }
        Ok(None)
    }

    /// Approves the enrolment of a device with this key.
    pub async fn approve(
        &self,
        device_id: DeviceId,
        key: &Sha256Digest,
    ) -> Result<ApprovalOutcome, AdministrationError> {
        let now = self.clock.now();
        let details = serde_json::json!({ "spki_sha256": key });
        let audit = audit_entry(now, AuditEvent::EnrolmentApproved, device_id.to_string(), details);
        Ok(self.store.approve_enrolment(device_id, key, now, audit).await?)
    }
}
