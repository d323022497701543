//! Answers of the reference to administrators: devices, parties, quarantine, backups and rollbacks.

use lichtbild::clock::Timestamp;

use super::reference::{DEVICES, ExpectedAnswer, ModelData, ModelDevice, ModelState};
use crate::support::test_gateway::START;

fn done() -> ExpectedAnswer {
    ExpectedAnswer { outcome: "done", ..ExpectedAnswer::default() }
}

/// An administrator's command on a database that went back in time.
fn alarmed() -> ExpectedAnswer {
    ExpectedAnswer { outcome: "rolled-back", is_read_only: true, ..ExpectedAnswer::default() }
}

fn nothing_to_do() -> ExpectedAnswer {
    ExpectedAnswer { outcome: "nothing-to-do", is_read_only: true, ..ExpectedAnswer::default() }
}

impl ModelState {
    pub fn new(quarantines_revoked: bool) -> Self {
        let device = |party| ModelDevice { party, revoked_at: None, photos_released: false };
        let data = ModelData {
            version: 0,
            devices: DEVICES.map(device).into(),
            suspended: [false; 4],
            photos: Vec::new(),
            collections: Vec::new(),
            changed_at: START,
            rows: [("party.added", 4), ("device.added", 6)].into(),
        };
        Self {
            now: START,
            quarantines_revoked,
            data,
            issued: Vec::new(),
            backup: None,
            rolled_back: None,
            versions: 0,
            expected: ExpectedAnswer::default(),
        }
    }

    /// Carries out a command, unless the database went back in time.
    fn administer(&mut self, event: &'static str, change: impl FnOnce(&mut Self)) -> ExpectedAnswer {
        if self.is_alarmed() {
            return alarmed();
        }
        change(self);
        self.record(event);
        done()
    }

    pub fn revoke(&mut self, device: usize) -> ExpectedAnswer {
        if !self.is_alarmed() && self.data.devices[device].revoked_at.is_some() {
            return nothing_to_do();
        }
        let now = self.now;
        self.administer("device.revoked", |this| this.data.devices[device].revoked_at = Some(now))
    }

    pub fn add_device(&mut self, party: usize) -> ExpectedAnswer {
        let device = ModelDevice { party, revoked_at: None, photos_released: false };
        self.administer("device.added", |this| this.data.devices.push(device))
    }

    pub fn set_suspended(&mut self, party: usize, suspended: bool) -> ExpectedAnswer {
        if !self.is_alarmed() && self.data.suspended[party] == suspended {
            return nothing_to_do();
        }
        let event = if suspended { "party.suspended" } else { "party.resumed" };
        self.administer(event, |this| this.data.suspended[party] = suspended)
    }

    /// Records everything that time did.
    pub fn sweep(&mut self) -> ExpectedAnswer {
        if self.is_alarmed() {
            return ExpectedAnswer { is_read_only: false, ..alarmed() };
        }
        let mut has_rows = false;
        for photo in &mut self.data.photos {
            has_rows |= photo.is_unrecorded || photo.is_lapse_unrecorded;
            (photo.is_unrecorded, photo.is_lapse_unrecorded) = (false, false);
        }
        if has_rows {
            self.mark_changed();
        }
        done()
    }

    /// Releases the photos of a studio's revoked devices.
    pub fn release_photos_of_revoked(&mut self, studio: usize) -> ExpectedAnswer {
        let is_due =
            |device: &ModelDevice| device.party == studio && device.revoked_at.is_some() && !device.photos_released;
        if !self.is_alarmed() && !self.data.devices.iter().any(is_due) {
            return nothing_to_do();
        }
        self.administer("photos.released", |this| {
            this.data
                .devices
                .iter_mut()
                .filter(|device| is_due(device))
                .for_each(|device| device.photos_released = true);
        })
    }

    /// Releases a photo, or all, from the quarantine of a restore.
    pub fn release_quarantined(&mut self, only: Option<usize>) -> ExpectedAnswer {
        let is_due = |photo: usize, this: &Self| {
            let found = &this.data.photos[photo];
            found.quarantined_since.is_some() && found.is_stored() && only.is_none_or(|only| only == photo)
        };
        let due: Vec<_> = (0..self.data.photos.len()).filter(|photo| is_due(*photo, self)).collect();
        if !self.is_alarmed() && due.is_empty() {
            return nothing_to_do();
        }
        self.administer("restored.released", |this| {
            due.iter().for_each(|photo| this.data.photos[*photo].quarantined_since = None);
        })
    }

    fn quarantine_all(&mut self, as_of: Timestamp, event: &'static str) -> ExpectedAnswer {
        for photo in self.data.photos.iter_mut().filter(|photo| photo.is_stored()) {
            photo.quarantined_since.get_or_insert(as_of);
        }
        self.rolled_back = None;
        self.record(event);
        done()
    }

    pub fn back_up(&mut self) -> ExpectedAnswer {
        self.backup = Some((self.now, self.data.clone()));
        done()
    }

    /// Quarantines all photos as of now, which also accepts a database that went back in time.
    pub fn hold(&mut self) -> ExpectedAnswer {
        self.quarantine_all(self.now, "store.restored")
    }

    /// Makes a gateway from the backup.
    pub fn restore(&mut self) -> ExpectedAnswer {
        let (taken_at, data) = self.backup.clone().unwrap();
        self.data = data;
        self.quarantine_all(taken_at, "store.restored")
    }

    /// Puts the backed-up database in place of the present one, without telling the gateway.
    pub fn roll_back(&mut self) -> ExpectedAnswer {
        let (_, data) = self.backup.clone().unwrap();
        self.rolled_back = Some(std::mem::replace(&mut self.data, data));
        done()
    }

    /// Accepts the older database.
    pub fn confirm_rollback(&mut self) -> ExpectedAnswer {
        if !self.is_alarmed() {
            return nothing_to_do();
        }
        self.quarantine_all(self.data.changed_at, "rollback.confirmed")
    }

    /// Puts the right database back.
    pub fn put_back(&mut self) -> ExpectedAnswer {
        if let Some(right) = self.rolled_back.take() {
            self.data = right;
        }
        done()
    }
}
