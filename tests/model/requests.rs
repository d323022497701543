//! Answers of the reference to requests of offices, and what studios' requests have in common with them.

use jiff::ToSpan;
use lichtbild::domain::digest::Sha256Digest;
use serde_json::{Value, json};

use super::reference::{
    ExpectedAnswer, HEIGHT, LEASE, ModelCode, ModelCollection, ModelDecision, ModelEnd, ModelPhase, ModelState,
    OFFICES, PLACE, REPEAT_ROW, SETTLE_WITHIN, STUDIOS, WIDTH, day_of, end_of_day, last_day_before,
};
use crate::support::router_client::photo as photo_bytes;

pub type ModelOutcome = Result<ExpectedAnswer, ExpectedAnswer>;

/// The code that an office sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SentCode {
    /// As printed, or in small letters without hyphens.
    Of(ModelCode, Spelling),
    /// With one wrong symbol.
    Mistyped(ModelCode),
    /// Well formed, but of no photo.
    Foreign,
    Missing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    Printed,
    Sloppy,
}

/// A refusal with the status of its type.
pub fn refused<const N: usize>(problem: &'static str, members: [(&'static str, Value); N]) -> ExpectedAnswer {
    let status = match problem {
        "code-malformed" | "retrieval-code-missing" => 400,
        "device-revoked" | "studio-suspended" | "office-suspended" | "collection-code-required" => 403,
        "code-unknown" | "collection-unknown" | "photo-unknown" => 404,
        "photo-settled" | "photo-withdrawn" | "photo-expired" => 410,
        "digest-mismatch" | "idempotency-key-reused" | "photo-refused" | "settlement-date" => 422,
        "storage-unavailable" => 503,
        _ => 409,
    };
    ExpectedAnswer {
        status,
        outcome: problem,
        problem: Some(problem),
        members: members.into(),
        is_read_only: true,
        ..ExpectedAnswer::default()
    }
}

pub fn storage_unavailable() -> ExpectedAnswer {
    refused("storage-unavailable", [])
}

impl ModelState {
    pub fn authenticate(&self, device: usize) -> Result<usize, ExpectedAnswer> {
        let party = self.party_of(device);
        if let Some(at) = self.data.devices[device].revoked_at {
            return Err(refused("device-revoked", [("/revoked_at", json!(at))]));
        }
        match (self.data.suspended[party], party < STUDIOS.len()) {
            (false, _) => Ok(party),
            (true, true) => Err(refused("studio-suspended", [])),
            (true, false) => Err(refused("office-suspended", [])),
        }
    }

    /// The refusal for a photo that is erased.
    pub fn gone(&self, number: usize) -> ExpectedAnswer {
        let photo = &self.data.photos[number];
        let at = json!(photo.ended_at);
        match photo.phase {
            ModelPhase::Withdrawn => refused("photo-withdrawn", [("/withdrawn_at", at)]),
            ModelPhase::Expired => refused("photo-expired", [("/expired_at", at)]),
            phase => {
                let office = self.data.collections[photo.latest.unwrap()].office - STUDIOS.len();
                refused(
                    "photo-settled",
                    [("/settled_at", at), ("/outcome", json!(phase.name())), ("/office/name", json!(OFFICES[office]))],
                )
            }
        }
    }

    /// The refusal if a photo is in quarantine, for an office that could have it otherwise.
    fn check_quarantine(&self, number: usize) -> Result<(), ExpectedAnswer> {
        let photo = &self.data.photos[number];
        let is_handed_over = || {
            let latest = photo.latest.map(|latest| &self.data.collections[latest]);
            photo.phase == ModelPhase::Leased && latest.is_some_and(|latest| latest.settle_due.is_some())
        };
        let device = &self.data.devices[photo.code.device];
        let of_revoked = device.revoked_at.filter(|_| self.quarantines_revoked && !device.photos_released);
        let (since, because) = match (photo.quarantined_since, of_revoked) {
            (Some(since), _) => (since, "restored"),
            (None, Some(since)) if !is_handed_over() => (since, "device_revoked"),
            _ => return Ok(()),
        };
        let members = [("/held_back_because", json!(because)), ("/held_back_since", json!(since))];
        Err(refused("photo-quarantined", members))
    }

    /// While the database is older than what was seen outside it, every code is answered alike.
    fn check_alarm(&self) -> Result<(), ExpectedAnswer> {
        let refusal = || refused("photo-quarantined", [("/held_back_because", json!("restored"))]);
        if self.is_alarmed() { Err(refusal()) } else { Ok(()) }
    }

    /// The photo of a code that an office sends.
    fn read_code(&self, code: SentCode) -> Result<Option<ModelCode>, ExpectedAnswer> {
        match code {
            SentCode::Of(code, _) => Ok(Some(code)),
            SentCode::Foreign => Ok(None),
            SentCode::Mistyped(_) => Err(refused("code-malformed", [])),
            SentCode::Missing => Err(refused("retrieval-code-missing", [])),
        }
    }

    pub fn collect(&mut self, device: usize, code: SentCode) -> ModelOutcome {
        let office = self.authenticate(device)?;
        let code = self.read_code(code)?;
        self.check_alarm()?;
        let found = code.and_then(|code| self.find(code));
        let Some(number) = found else {
            return Err(self.unknown_code());
        };
        let photo = &self.data.photos[number];
        if photo.phase.is_erased() {
            return Err(self.gone(number));
        }
        let Some(latest) = photo.latest.filter(|_| photo.phase == ModelPhase::Leased) else {
            self.check_quarantine(number)?;
            return Ok(self.lease(device, number));
        };
        let collection = &self.data.collections[latest];
        if collection.office != office {
            let (outcome, handed_over) = match collection.settle_due {
                None => ("leased-elsewhere", Value::Null),
                Some(_) if self.now < collection.lease_until => ("handed-over-elsewhere", json!(true)),
                Some(_) => ("handed-over-elsewhere-lease-ended", json!(true)),
            };
            let members = [("/lease_until", json!(collection.ends_at())), ("/handed_over", handed_over)];
            return Err(ExpectedAnswer { outcome, ..refused("photo-leased-elsewhere", members) });
        }
        self.check_quarantine(number)?;
        let (now, expires_at) = (self.now, photo.expires_at);
        let collection = &mut self.data.collections[latest];
        let is_renewed = collection.lease_until <= now;
        if is_renewed {
            collection.lease_until = (now + LEASE).min(collection.ends_at()).min(expires_at);
        }
        let is_new_device = collection.shown_by.insert(device);
        if is_renewed || is_new_device {
            self.record("collection.renewed");
        }
        let outcome = if is_renewed { "renewed" } else { "same-collection" };
        let is_read_only = !is_renewed && !is_new_device;
        Ok(ExpectedAnswer { status: 200, outcome, is_read_only, ..self.collected(latest) })
    }

    fn unknown_code(&mut self) -> ExpectedAnswer {
        self.record("code.unknown");
        ExpectedAnswer { is_read_only: false, ..refused("code-unknown", []) }
    }

    fn lease(&mut self, device: usize, number: usize) -> ExpectedAnswer {
        let latest = self.data.collections.len();
        let (office, lease_until) = (self.party_of(device), self.now + LEASE);
        let photo = &mut self.data.photos[number];
        (photo.phase, photo.latest, photo.is_lapse_unrecorded) = (ModelPhase::Leased, Some(latest), false);
        self.data.collections.push(ModelCollection {
            photo: number,
            office,
            lease_until: lease_until.min(photo.expires_at),
            settle_due: None,
            handed_over_at: None,
            shown_by: [device].into(),
            received_by: [].into(),
            end: None,
        });
        self.record("collection.leased");
        ExpectedAnswer { status: 201, outcome: "leased", ..self.collected(latest) }
    }

    fn collected(&self, number: usize) -> ExpectedAnswer {
        let collection = &self.data.collections[number];
        let photo = &self.data.photos[collection.photo];
        let studio = STUDIOS[self.party_of(photo.code.device)];
        let file = photo_bytes(photo.code.picture);
        let members = vec![
            ("/state", json!("leased")),
            ("/lease_until", json!(collection.lease_until)),
            ("/photo/expires_at", json!(photo.expires_at)),
            ("/photo/deposited_at", json!(photo.deposited_at)),
            ("/photo/studio/name", json!(studio)),
            ("/photo/studio/place", json!(PLACE)),
            ("/photo/sha256", json!(Sha256Digest::of(&file))),
            ("/photo/bytes", json!(file.len())),
            ("/photo/width", json!(WIDTH)),
            ("/photo/height", json!(HEIGHT)),
            ("/photo/content_type", json!("image/jpeg")),
        ];
        let (photo, collection) = (Some(collection.photo), Some(number));
        ExpectedAnswer { members, photo, collection, ..ExpectedAnswer::default() }
    }

    /// The refusal of a collection that the office does not have.
    fn own_collection(&self, device: usize, number: usize) -> Result<(), ExpectedAnswer> {
        let is_own = self.data.collections[number].office == self.party_of(device);
        if is_own { Ok(()) } else { Err(refused("collection-unknown", [])) }
    }

    pub fn fetch(&mut self, device: usize, number: usize, code: SentCode, is_head: bool) -> ModelOutcome {
        self.authenticate(device)?;
        let code = self.read_code(code)?;
        self.check_alarm()?;
        self.own_collection(device, number)?;
        let collection = &self.data.collections[number];
        let (number_of_photo, photo) = (collection.photo, &self.data.photos[collection.photo]);
        // A wrong code counts for a collection that has ended, too.
        if code != Some(photo.code) {
            return Err(self.unknown_code());
        }
        let lease_expired = || refused("lease-expired", [("/lease_until", json!(collection.lease_until))]);
        match &collection.end {
            Some(ModelEnd::Lapsed) => return Err(lease_expired()),
            Some(ModelEnd::Settled { at, .. }) => {
                return Err(refused("collection-over", [("/settled_at", json!(at))]));
            }
            None if collection.lease_until <= self.now => return Err(lease_expired()),
            None => {}
        }
        self.check_quarantine(number_of_photo)?;
        let photo = &self.data.photos[number_of_photo];
        let picture = Some(photo.code.picture);
        let answer = ExpectedAnswer { status: 200, outcome: "handed-over", picture, ..ExpectedAnswer::default() };
        if is_head {
            return Ok(ExpectedAnswer { outcome: "head", is_read_only: true, ..answer });
        }
        let (now, due) = (self.now, (self.now + SETTLE_WITHIN).min(photo.expires_at));
        let collection = &mut self.data.collections[number];
        collection.settle_due.get_or_insert(due);
        collection.handed_over_at.get_or_insert(now);
        collection.shown_by.insert(device);
        if collection.received_by.get(&device).is_none_or(|logged_at| *logged_at + REPEAT_ROW <= now) {
            collection.received_by.insert(device, now);
            self.record("collection.handed_over");
        }
        Ok(answer)
    }

    pub fn settle(&mut self, device: usize, number: usize, decision: &ModelDecision) -> ModelOutcome {
        self.authenticate(device)?;
        if self.is_alarmed() {
            return Err(storage_unavailable());
        }
        self.own_collection(device, number)?;
        let collection = &self.data.collections[number];
        match &collection.end {
            Some(ModelEnd::Settled { decision: earlier, by_time, .. }) if earlier == decision => {
                // An answer that says what time did must be durable.
                let photo = &mut self.data.photos[collection.photo];
                let is_read_only = !(*by_time && photo.is_unrecorded);
                if !is_read_only {
                    photo.is_unrecorded = false;
                    self.mark_changed();
                }
                return Ok(ExpectedAnswer { outcome: "repeated", is_read_only, ..self.settled(number) });
            }
            Some(ModelEnd::Settled { decision: earlier, at, .. }) => {
                let members = [("/outcome", json!(earlier.name())), ("/settled_at", json!(at))];
                return Err(refused("collection-settled", members));
            }
            Some(ModelEnd::Lapsed) => {
                return Err(refused("lease-expired", [("/lease_until", json!(collection.lease_until))]));
            }
            None => {}
        }
        if *decision != ModelDecision::Released && !collection.shown_by.contains(&device) {
            return Err(refused("collection-code-required", []));
        }
        self.decide(number, decision)
    }

    fn decide(&mut self, number: usize, decision: &ModelDecision) -> ModelOutcome {
        let (now, photo) = (self.now, &self.data.photos[self.data.collections[number].photo]);
        let mut kept_until = None;
        let (phase, event) = match decision {
            ModelDecision::Used => (ModelPhase::Used, "collection.used"),
            ModelDecision::Refused(_) => (ModelPhase::Refused, "collection.refused"),
            ModelDecision::Released => (photo.at_rest(), "collection.released"),
            ModelDecision::Kept(until) => {
                let today = day_of(now);
                let six_months = today.checked_add(6.months()).unwrap();
                // Keeping it again does not prolong it.
                let before = photo.was_kept.then(|| last_day_before(photo.expires_at));
                let latest = before.map_or(six_months, |before| before.min(six_months));
                // In the hour or two after the German midnight that is the day that ends.
                let earliest = today.min(latest);
                if *until < earliest || *until > latest {
                    let [earliest, latest] = [earliest, latest].map(|day| json!(day.to_string()));
                    return Err(refused("settlement-date", [("/earliest", earliest), ("/latest", latest)]));
                }
                kept_until = Some(end_of_day(*until));
                (ModelPhase::Kept, "collection.kept")
            }
        };
        self.data.collections[number].end =
            Some(ModelEnd::Settled { decision: decision.clone(), at: now, kept_until, by_time: false });
        let photo = self.data.collections[number].photo;
        let photo = &mut self.data.photos[photo];
        photo.phase = phase;
        if let Some(until) = kept_until {
            (photo.was_kept, photo.expires_at) = (true, until);
        }
        if let ModelDecision::Refused(reason) = decision {
            photo.refusal = Some(reason);
        }
        photo.ended_at = phase.is_erased().then_some(now);
        self.record(event);
        Ok(ExpectedAnswer { outcome: decision.name(), ..self.settled(number) })
    }

    fn settled(&self, number: usize) -> ExpectedAnswer {
        let collection = &self.data.collections[number];
        let Some(ModelEnd::Settled { decision, at, kept_until, .. }) = &collection.end else {
            unreachable!("only settled collections have a receipt")
        };
        let erased = matches!(decision, ModelDecision::Used | ModelDecision::Refused(_));
        let members = vec![
            ("/outcome", json!(decision.name())),
            ("/settled_at", json!(at)),
            ("/erased", json!(erased)),
            ("/kept_until", json!(kept_until)),
            ("/handed_over_at", json!(collection.handed_over_at)),
        ];
        let (photo, collection) = (Some(collection.photo), Some(number));
        ExpectedAnswer { status: 200, members, photo, collection, ..ExpectedAnswer::default() }
    }
}
