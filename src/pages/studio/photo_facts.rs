//! Facts about a deposited photo that the list and the photo's own page show: state, refusal, device, and the mark of a new refusal.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::photographer::Photographer;
use crate::api::{App, Problem};
use crate::domain::id::{DeviceId, PhotoId};
use crate::domain::local_time::last_day;
use crate::domain::photo::PhotoState;
use crate::flows::photo::queries::PhotoWithState;
use crate::pages::frame::elements::csrf_field;
use crate::pages::frame::time_element::time_element;
use crate::texts::language::Language;
use crate::texts::text;

/// The state in words, with the last day of a photo that waits or is kept, or the time at which the photo ended.
pub(super) fn state(photo: &PhotoWithState, photographer: &Photographer) -> Markup {
    let (language, record) = (photographer.language, &photo.record);
    let until = last_day(record.expires_at, language);
    html! {
        (text!(language, format!("studio-state-{}", photo.state.name()), until = until))
        @if let Some(at) = record.settled_at.filter(|_| photo.state.is_erased()) {
            span.quiet { ", " (time_element(at, photographer.now, language)) }
        }
    }
}

/// The sign of a refusal that the studio has not marked as seen, in words.
pub(super) fn new_mark(photo: &PhotoWithState, language: Language) -> Markup {
    html! { @if photo.is_new_refusal { strong.new-mark { (text!(language, "studio-photos-new-mark")) } " " } }
}

/// Reason and note of a refusal. A clerk wrote the note.
pub(super) fn refusal(photo: &PhotoWithState, language: Language) -> Markup {
    let refusal = photo.record.refusal.as_ref().filter(|_| photo.state == PhotoState::Refused);
    let note = refusal.and_then(|refusal| refusal.note.as_deref()).map(str::trim).filter(|note| !note.is_empty());
    html! {
        @if let Some(refusal) = refusal {
            p.refusal-reason { (text!(language, "studio-photos-reason")) " " strong { (refusal.reason.in_words(language)) } }
        }
        @if let Some(note) = note {
            p.refusal-note { (text!(language, "studio-photos-note")) " " bdi { (note) } }
        }
    }
}

/// A form that marks the refusals of these photos as seen. It names the photos that the page shows, so that a refusal that
/// arrived meanwhile stays new. `back` is the photo whose page opens afterwards; without it the list opens.
pub(super) fn seen_form(photos: &[PhotoId], back: Option<PhotoId>, photographer: &Photographer) -> Markup {
    let language = photographer.language;
    let ids: Vec<_> = photos.iter().map(PhotoId::to_string).collect();
    html! {
        @if !photos.is_empty() {
            form #seen method="post" action="/studio/photos/seen" {
                (csrf_field(&photographer.csrf_token))
                input type="hidden" name="photos" value=(ids.join(","));
                @if let Some(back) = back { input type="hidden" name="photo" value=(back); }
                p.finish { button type="submit" { (text!(language, "studio-photos-mark-seen", count = photos.len())) } }
            }
        }
    }
}

/// Labels of the devices that deposited photos. A device without a label has none.
pub(super) struct DeviceLabels(BTreeMap<DeviceId, String>);

impl DeviceLabels {
    /// Reads the label of each device once.
    ///
    /// # Errors
    /// [`Problem::StorageUnavailable`].
    pub(super) async fn of(app: &App, photos: &[PhotoWithState]) -> Result<Self, Problem> {
        let mut labels = BTreeMap::new();
        for photo in photos {
            let device_id = photo.record.device_id;
            if labels.contains_key(&device_id) {
                continue;
            }
            let device = app.gateway.store.device(device_id).await?;
            labels.insert(device_id, device.map(|device| device.label).unwrap_or_default());
        }
        Ok(Self(labels))
    }

    /// The label of the device of a photo, or the last characters of its number.
    pub(super) fn label(&self, photo: &PhotoWithState) -> Markup {
        let device_id = photo.record.device_id;
        match self.0.get(&device_id).filter(|label| !label.is_empty()) {
            Some(label) => html! { bdi { (label) } },
            None => html! { code { (device_id.short()) } },
        }
    }
}
