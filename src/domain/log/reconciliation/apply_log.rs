//! Application of rows of the audit log, from its beginning, to the expected tables.
//! [`log_replay`](super::super::log_replay) does the same for a restore with the rows since a backup.

use std::str::FromStr;

use super::super::AuditEvent;
use super::super::integrity::IntegrityReport;
use super::super::log_event::LogEvent;
use super::expected_rows::LoggedValue::{Known, Unknown};
use super::expected_rows::{ExpectedDevice, ExpectedInvitation, LoggedValue};
use super::expected_tables::ExpectedTables;
use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::{DeviceId, PartyId};
use crate::domain::party::DeviceScope;
use crate::domain::party::invitation::InvitationState;

impl LogEvent<'_> {
    pub(super) fn at(&self) -> i64 {
        self.row.at.unix_milliseconds()
    }

    pub(super) fn value<T: FromStr>(&self, member: &str) -> LoggedValue<T> {
        self.member(member).into()
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
    /// Applies a row of the log.
    pub(super) fn apply(&mut self, logged: &LogEvent<'_>, report: &mut IntegrityReport) {
        match logged.event {
            AuditEvent::PartyAdded | AuditEvent::PartySuspended | AuditEvent::PartyResumed => self.party(logged),
            AuditEvent::DeviceAdded | AuditEvent::DeviceRevoked => self.device(logged),
            AuditEvent::DeviceInvited
            | AuditEvent::EnrolmentRequested
            | AuditEvent::EnrolmentApproved
            | AuditEvent::DeviceEnrolled
            | AuditEvent::EnrolmentCodeWrong => self.invitation(logged),
            AuditEvent::DeviceRenewed => self.certificate(logged),
            AuditEvent::PhotosReleased => self.release(logged),
            AuditEvent::PhotoDeposited | AuditEvent::PhotoWithdrawn | AuditEvent::PhotoExpired => self.photo(logged),
            AuditEvent::RestoredReleased => self.release_restored(logged),
            event => {
                if let Some(state) = event.collection_state() {
                    self.collection(logged, state, report);
                }
            }
        }
    }

    fn party(&mut self, logged: &LogEvent<'_>) {
        let Some(party_id) = logged.subject::<PartyId>() else { return };
        let party = self.parties.touch(party_id, logged.row.sequence);
        party.suspended = Known(logged.event == AuditEvent::PartySuspended);
        if logged.event == AuditEvent::PartyAdded {
            (party.role, party.created_at) = (logged.value("role"), Known(logged.at()));
        }
    }

    fn device(&mut self, logged: &LogEvent<'_>) {
        let Some(device_id) = logged.subject::<DeviceId>() else { return };
        if logged.event == AuditEvent::DeviceRevoked {
            self.devices.touch(device_id, logged.row.sequence).revoked_at = Known(Some(logged.at()));
            return self.withdraw_invitations(device_id, logged.row.sequence);
        }
        self.add_device(logged, device_id);
        self.certificate(logged);
        if let Some(key) = logged.digest("foreign_key_sha256") {
            self.bound_keys.touch(key, logged.row.sequence).device_id = Known(device_id);
        }
    }

    fn add_device(&mut self, logged: &LogEvent<'_>, device_id: DeviceId) {
        *self.devices.touch(device_id, logged.row.sequence) = ExpectedDevice {
            party_id: logged.value("party_id"),
            scope: if logged.details["duty"].is_null() { Known(DeviceScope::default()) } else { logged.value("duty") },
            kind: if logged.details["kind"].is_null() { Known(None) } else { logged.member("kind").map(Some).into() },
            revoked_at: Known(None),
            released_at: Known(None),
            certificates: Known(0),
            invitations: Known(0),
            is_fully_logged: true,
        };
    }

    /// Applies the certificate of the device that is the subject of the row.
    fn certificate(&mut self, logged: &LogEvent<'_>) {
        let Some(device_id) = logged.subject::<DeviceId>() else { return };
        let own = logged.digest("certificate_sha256");
        let Some(sha256) = own.or(logged.digest("foreign_certificate_sha256")) else { return };
        let of = (device_id, logged.row.sequence);
        let number = if own.is_some() { self.count(of, |device| &mut device.certificates) } else { Known(1) };
        let certificate = self.certificates.touch(sha256, logged.row.sequence);
        (certificate.device_id, certificate.external) = (Known(device_id), Known(own.is_none()));
        (certificate.not_after, certificate.number) = (logged.moment("not_after"), number);
        certificate.key = logged.digest("spki_sha256").into();
    }

    /// Increments a counter of a device and returns its value.
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

    fn invitation(&mut self, logged: &LogEvent<'_>) {
        let Some(device_id) = logged.subject::<DeviceId>() else { return };
        let sequence = logged.row.sequence;
        if logged.event == AuditEvent::DeviceInvited {
            if logged.details["new_device"] == true {
                self.add_device(logged, device_id);
            }
            self.withdraw_invitations(device_id, sequence);
            let Known(number) = self.count((device_id, sequence), |device| &mut device.invitations) else { return };
            *self.invitations.touch((device_id, number), sequence) = ExpectedInvitation {
                state: Known(InvitationState::Open),
                created_at: Known(logged.at()),
                expires_at: logged.moment("expires_at"),
                wrong_tries: Known(0),
                key: Known(None),
                requested_at: Known(None),
                approved_at: Known(None),
                spent_at: Known(None),
                restored_at: None,
            };
            return;
        }
        if logged.event == AuditEvent::DeviceEnrolled {
            self.certificate(logged);
        }
        // Only the latest invitation is active.
        let Some(Known(number)) = self.devices.get(&device_id).map(|device| device.invitations) else { return };
        if !self.invitations.has(&(device_id, number)) {
            return;
        }
        let invitation = self.invitations.touch((device_id, number), sequence);
        if logged.event == AuditEvent::EnrolmentCodeWrong {
            if let Known(tries) = &mut invitation.wrong_tries {
                *tries += 1;
            }
            if logged.details["tries_left"] == 0 {
                invitation.state = Known(InvitationState::Exhausted);
            }
            return;
        }
        let (state, moment) = match logged.event {
            AuditEvent::EnrolmentRequested => (InvitationState::Requested, &mut invitation.requested_at),
            AuditEvent::EnrolmentApproved => (InvitationState::Approved, &mut invitation.approved_at),
            _ => (InvitationState::Spent, &mut invitation.spent_at),
        };
        if *moment == Known(None) {
            *moment = Known(Some(logged.row.at.unix_milliseconds()));
        }
        invitation.state = Known(state);
        invitation.key = logged.digest("spki_sha256").map_or(Unknown, |key| Known(Some(key)));
    }

    fn withdraw_invitations(&mut self, device_id: DeviceId, sequence: i64) {
        let Some(Known(number)) = self.devices.get(&device_id).map(|device| device.invitations) else { return };
        // Earlier invitations ended with the next one.
        if self.invitations.has(&(device_id, number)) {
            let invitation = self.invitations.touch((device_id, number), sequence);
            if invitation.state != Known(InvitationState::Exhausted) {
                invitation.state = Known(InvitationState::Withdrawn);
            }
        }
    }

    /// Releases photos of one or all revoked devices of a studio from quarantine.
    fn release(&mut self, logged: &LogEvent<'_>) {
        let Some(studio) = logged.subject::<PartyId>() else { return };
        let only = logged.value::<DeviceId>("device_id");
        let (at, sequence) = (logged.at(), logged.row.sequence);
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
