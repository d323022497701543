//! Rows of the transfer log, carried out on expectations: what [`aftermath`](super::super::log_replay) does for a restore, for every
//! table and from the log's beginning on.

use std::str::FromStr;

use serde_json::Value as Json;

use super::super::AuditEvent;
use super::super::chain::ChainRow;
use super::super::integrity::IntegrityReport;
use super::expected_rows::LoggedValue::{Known, Unknown};
use super::expected_rows::{ExpectedDevice, ExpectedInvitation, LoggedValue};
use super::expected_tables::ExpectedTables;
use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::{DeviceId, PartyId};
use crate::domain::party::DeviceScope;
use crate::domain::party::invitation::InvitationState;

/// A row of the log, taken apart.
pub(super) struct LogEvent<'a> {
    pub(super) event: AuditEvent,
    pub(super) row: &'a ChainRow,
    pub(super) details: &'a Json,
}

pub(super) fn parsed<T: FromStr>(text: &str) -> LoggedValue<T> {
    text.parse().map_or(Unknown, Known)
}

impl LogEvent<'_> {
    pub(super) fn at(&self) -> i64 {
        self.row.at.unix_milliseconds()
    }

    pub(super) fn subject<T: FromStr>(&self) -> Option<T> {
        self.row.subject.as_deref().and_then(|subject| subject.parse().ok())
    }

    pub(super) fn parsed<T: FromStr>(&self, member: &str) -> LoggedValue<T> {
        self.details[member].as_str().map_or(Unknown, parsed)
    }

    pub(super) fn moment(&self, member: &str) -> LoggedValue<i64> {
        let moment = serde_json::from_value::<Timestamp>(self.details[member].clone());
        moment.map_or(Unknown, |moment| Known(moment.unix_milliseconds()))
    }

    fn digest(&self, member: &str) -> Option<Sha256Digest> {
        self.details[member].as_str().and_then(Sha256Digest::parse_hex)
    }
}

impl ExpectedTables {
    /// Carries out one row.
    pub(super) fn apply(&mut self, told: &LogEvent<'_>, findings: &mut IntegrityReport) {
        match told.event {
            AuditEvent::PartyAdded | AuditEvent::PartySuspended | AuditEvent::PartyResumed => self.party(told),
            AuditEvent::DeviceAdded | AuditEvent::DeviceRevoked => self.device(told),
            AuditEvent::DeviceInvited
            | AuditEvent::EnrolmentRequested
            | AuditEvent::EnrolmentApproved
            | AuditEvent::DeviceEnrolled
            | AuditEvent::EnrolmentCodeWrong => self.invitation(told),
            AuditEvent::DeviceRenewed => self.certificate(told),
            AuditEvent::PhotosReleased => self.release(told),
            AuditEvent::PhotoDeposited | AuditEvent::PhotoWithdrawn | AuditEvent::PhotoExpired => self.photo(told),
            AuditEvent::RestoredReleased => self.release_restored(told),
            AuditEvent::CollectionLeased
            | AuditEvent::CollectionRenewed
            | AuditEvent::CollectionHandedOver
            | AuditEvent::CollectionUsed
            | AuditEvent::CollectionKept
            | AuditEvent::CollectionRefused
            | AuditEvent::CollectionReleased
            | AuditEvent::CollectionLapsed
            | AuditEvent::CollectionUsedByDefault => self.collection(told, findings),
            _ => {}
        }
    }

    fn party(&mut self, told: &LogEvent<'_>) {
        let Some(party_id) = told.subject::<PartyId>() else { return };
        let party = self.parties.touch(party_id, told.row.sequence);
        party.suspended = Known(told.event == AuditEvent::PartySuspended);
        if told.event == AuditEvent::PartyAdded {
            (party.role, party.created_at) = (told.parsed("role"), Known(told.at()));
        }
    }

    fn device(&mut self, told: &LogEvent<'_>) {
        let Some(device_id) = told.subject::<DeviceId>() else { return };
        if told.event == AuditEvent::DeviceRevoked {
            self.devices.touch(device_id, told.row.sequence).revoked_at = Known(Some(told.at()));
            return self.withdraw_invitations(device_id, told.row.sequence);
        }
        self.add_device(told, device_id);
        self.certificate(told);
        if let Some(key) = told.digest("foreign_key_sha256") {
            self.bound_keys.touch(key, told.row.sequence).device_id = Known(device_id);
        }
    }

    fn add_device(&mut self, told: &LogEvent<'_>, device_id: DeviceId) {
        *self.devices.touch(device_id, told.row.sequence) = ExpectedDevice {
            party_id: told.parsed("party_id"),
            scope: if told.details["duty"].is_null() { Known(DeviceScope::default()) } else { told.parsed("duty") },
            revoked_at: Known(None),
            released_at: Known(None),
            certificates: Known(0),
            invitations: Known(0),
            is_fully_logged: true,
        };
    }

    /// A certificate that this row tells of, of the device that is its subject.
    fn certificate(&mut self, told: &LogEvent<'_>) {
        let Some(device_id) = told.subject::<DeviceId>() else { return };
        let own = told.digest("certificate_sha256");
        let Some(sha256) = own.or(told.digest("foreign_certificate_sha256")) else { return };
        let of = (device_id, told.row.sequence);
        let number = if own.is_some() { self.count(of, |device| &mut device.certificates) } else { Known(1) };
        let certificate = self.certificates.touch(sha256, told.row.sequence);
        (certificate.device_id, certificate.external) = (Known(device_id), Known(own.is_none()));
        (certificate.not_after, certificate.number) = (told.moment("not_after"), number);
    }

    /// Counts one more of something that a device has.
    fn count(
        &mut self,
        (device_id, sequence): (DeviceId, i64),
        counter: impl Fn(&mut ExpectedDevice) -> &mut LoggedValue<i64>,
    ) -> LoggedValue<i64> {
        if !self.devices.has(&device_id) {
            return Unknown;
        }
        let counter = counter(self.devices.touch(device_id, sequence));
        if let Known(count) = counter {
            *count += 1;
        }
        *counter
    }

    fn invitation(&mut self, told: &LogEvent<'_>) {
        let Some(device_id) = told.subject::<DeviceId>() else { return };
        let sequence = told.row.sequence;
        if told.event == AuditEvent::DeviceInvited {
            if told.details["new_device"] == true {
                self.add_device(told, device_id);
            }
            self.withdraw_invitations(device_id, sequence);
            let Known(number) = self.count((device_id, sequence), |device| &mut device.invitations) else { return };
            *self.invitations.touch((device_id, number), sequence) = ExpectedInvitation {
                state: Known(InvitationState::Open),
                created_at: Known(told.at()),
                expires_at: told.moment("expires_at"),
                wrong_tries: Known(0),
                key: Known(None),
                requested_at: Known(None),
                approved_at: Known(None),
                spent_at: Known(None),
                restored_at: None,
            };
            return;
        }
        if told.event == AuditEvent::DeviceEnrolled {
            self.certificate(told);
        }
        // Only the latest is alive.
        let Some(Known(number)) = self.devices.get(&device_id).map(|device| device.invitations) else { return };
        if !self.invitations.has(&(device_id, number)) {
            return;
        }
        let invitation = self.invitations.touch((device_id, number), sequence);
        if told.event == AuditEvent::EnrolmentCodeWrong {
            if let Known(tries) = &mut invitation.wrong_tries {
                *tries += 1;
            }
            if told.details["tries_left"] == 0 {
                invitation.state = Known(InvitationState::Exhausted);
            }
            return;
        }
        let (state, moment) = match told.event {
            AuditEvent::EnrolmentRequested => (InvitationState::Requested, &mut invitation.requested_at),
            AuditEvent::EnrolmentApproved => (InvitationState::Approved, &mut invitation.approved_at),
            _ => (InvitationState::Spent, &mut invitation.spent_at),
        };
        if *moment == Known(None) {
            *moment = Known(Some(told.row.at.unix_milliseconds()));
        }
        invitation.state = Known(state);
        invitation.key = told.digest("spki_sha256").map_or(Unknown, |key| Known(Some(key)));
    }

    fn withdraw_invitations(&mut self, device_id: DeviceId, sequence: i64) {
        let Some(Known(number)) = self.devices.get(&device_id).map(|device| device.invitations) else { return };
        // Earlier ones came to their end when the next one was made.
        if self.invitations.has(&(device_id, number)) {
            let invitation = self.invitations.touch((device_id, number), sequence);
            if invitation.state != Known(InvitationState::Exhausted) {
                invitation.state = Known(InvitationState::Withdrawn);
            }
        }
    }

    /// Photos of revoked devices are released: of one device, or of all that a studio has.
    fn release(&mut self, told: &LogEvent<'_>) {
        let Some(studio) = told.subject::<PartyId>() else { return };
        let only = told.parsed::<DeviceId>("device_id");
        let (at, sequence) = (told.at(), told.row.sequence);
        self.devices.change_all(sequence, |device_id, device| {
            let is_meant = match only {
                Known(only) => only == *device_id,
                Unknown => device.party_id == Known(studio) || device.party_id == Unknown,
            };
            if !is_meant || matches!(device.released_at, Known(Some(_))) {
                return false;
            }
            let is_sure = device.party_id == Known(studio) || only != Unknown;
            device.released_at = match device.revoked_at {
                Known(None) => return false,
                Known(Some(_)) if is_sure && device.released_at == Known(None) => Known(Some(at)),
                _ => Unknown,
            };
            true
        });
    }
}
