//! `GET /studio/`: the page for photos. `POST /studio/deposit`: deposits a checked photo and redirects to its receipt.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};

use super::ended::ended_page;
use crate::api::{App, Problem};
use crate::domain::digest::Sha256Digest;
use crate::domain::photo::declaration::Declaration;
use crate::domain::photo::idempotency::{IdempotencyKey, KeyOwner};
use crate::flows::photo::deposit::{DepositRequest, deposit};
use crate::flows::photo::planned_deposit::{is_open, plan_deposit};
use crate::pages::frame::elements::{csrf_field, error_summary};
use crate::pages::frame::page::PageContent;
use crate::pages::studio::ROOT;
use crate::pages::studio::declaration::{declaration_fields, declared};
use crate::pages::studio::form::UploadForm;
use crate::pages::studio::layout::see_other;
use crate::pages::studio::photographer::Photographer;
use crate::pages::studio::receipt_session::{self, photo_path};
use crate::texts::text;

/// Redirects `/studio`, and the addresses of forms, to the first page.
pub async fn redirect(_photographer: Photographer) -> Response {
    see_other(ROOT, None)
}

/// Shows the form for a photo.
pub async fn show(photographer: Photographer) -> Response {
    photographer.page(StatusCode::OK, &page(&photographer, None))
}

/// Deposits the photo. A repeat leads to the same receipt.
pub async fn create(State(app): State<App>, form: UploadForm) -> Result<Response, Problem> {
    if !form.has_file {
        return Ok(nothing_chosen(&form.photographer));
    }
    let declaration = declared(&form)?;
    let key = form.field("key").ok_or(Problem::IdempotencyKeyMissing)?.to_owned();
    let checked = form.field("sha256").and_then(Sha256Digest::parse_hex).ok_or(Problem::ContentDigestMalformed)?;
    let UploadForm { photographer, permit, photo, .. } = form;
    if Sha256Digest::of(&photo) != checked {
        return Ok(other_file(&photographer));
    }
    let key = planned_key(&app, &photographer, &key, checked).await?;
    let owner = KeyOwner::Studio(photographer.studio.party.party_id);
    let request = DepositRequest { key, owner, bytes: photo, announced: Some(checked), declaration };
    let receipt = deposit(&app.gateway, &photographer.studio, permit, request).await?;
    let photo_id = receipt.record.photo_id;
    if !is_open(receipt.state) {
        return Ok(ended_page(&photographer, StatusCode::CONFLICT, photo_id, receipt.state));
    }
    let cookie = receipt_session::start(&app, &photographer, photo_id, &receipt.code)?;
    Ok(see_other(&format!("{}/receipt", photo_path(photo_id)), Some(cookie)))
}

/// The key of the form if it is that of this photo, now or at an earlier deposit. With other keys a photo could have two codes.
async fn planned_key(
    app: &App,
    photographer: &Photographer,
    key: &str,
    photo: Sha256Digest,
) -> Result<IdempotencyKey, Problem> {
    let planned = plan_deposit(&app.gateway, &photographer.studio, photo).await?;
    let generation = key.split('.').nth(1).and_then(|generation| generation.parse().ok());
    let generation = generation.filter(|generation: &u32| *generation <= planned.generation);
    let own = generation.and_then(|generation| IdempotencyKey::of_browser(generation, photo).ok());
    own.filter(|own| own.as_str() == key).ok_or(Problem::IdempotencyKeyMalformed)
}

/// The first page again, because the form had no file.
pub(super) fn nothing_chosen(photographer: &Photographer) -> Response {
    let language = photographer.language;
    let words = html! { p { a href="#files" { (text!(language, "studio-page-nothing-chosen.hint")) } } };
    let error = error_summary(&text!(language, "studio-page-nothing-chosen"), &words);
    photographer.page(StatusCode::UNPROCESSABLE_ENTITY, &page(photographer, Some(&error)))
}

/// The first page again, because the second file is not the one that was checked. Nothing is stored.
fn other_file(photographer: &Photographer) -> Response {
    let language = photographer.language;
    let words = html! { p { (text!(language, "studio-page-other-file.hint")) } };
    let error = error_summary(&text!(language, "studio-page-other-file"), &words);
    photographer.page(StatusCode::UNPROCESSABLE_ENTITY, &page(photographer, Some(&error)))
}

fn page(photographer: &Photographer, error: Option<&Markup>) -> PageContent {
    let language = photographer.language;
    let title = text!(language, "studio-page-deposit");
    let main = html! {
        @if let Some(error) = error { (error) }
        h1 { (title) }
        p.lead { (text!(language, "studio-page-deposit-lead")) }
        form #choose method="post" action="/studio/check" enctype="multipart/form-data" {
            (csrf_field(&photographer.csrf_token))
            div #drop.drop-zone {
                label for="files" { (text!(language, "studio-page-choose")) }
                p #files-hint.hint { (text!(language, "studio-page-choose-hint")) }
                input #files type="file" name="photo" accept="image/jpeg,.jpg,.jpeg" required aria-describedby="files-hint"
                    data-several=(text!(language, "studio-page-choose-several"));
            }
            details {
                summary { (text!(language, "studio-page-declaration")) }
                p.hint { (text!(language, "studio-page-declaration-hint")) }
                (declaration_fields("next", Declaration::default(), language))
            }
            p.finish { button #check.primary type="submit" { (text!(language, "studio-page-check")) } }
        }
        (script_parts(photographer))
    };
    PageContent { title, problem: None, main }
}

/// Parts that only the script uses: the list of cards, and its texts.
fn script_parts(photographer: &Photographer) -> Markup {
    let language = photographer.language;
    html! {
        p #batch.batch hidden {
            button #deposit-all.primary type="button" data-text=(text!(language, "studio-page-deposit-all", count = "{count}")) {}
            button #repeat-all type="button" data-text=(text!(language, "studio-page-repeat-all", count = "{count}")) {}
            button #print-all type="button" data-text=(text!(language, "studio-page-print-all", count = "{count}")) {}
        }
        p #progress.quiet role="status"
            data-checked=(text!(language, "studio-page-progress-checked", done = "{done}", total = "{total}"))
            data-deposited=(text!(language, "studio-page-progress-deposited", done = "{done}", total = "{total}")) {}
        div #cards {}
        template #waiting
            data-waiting=(text!(language, "studio-page-waiting"))
            data-uploading=(text!(language, "studio-page-uploading"))
            data-checking=(text!(language, "studio-page-checking"))
            data-depositing=(text!(language, "studio-page-depositing"))
            data-busy=(text!(language, "studio-page-busy", seconds = "{seconds}"))
            data-offline=(text!(language, "studio-page-offline"))
            data-hint=(text!(language, "studio-page-offline.hint"))
            data-unreadable=(text!(language, "studio-page-unreadable"))
            data-unreadable-hint=(text!(language, "studio-page-unreadable.hint"))
            data-none=(text!(language, "studio-page-folder-empty"))
            data-incomplete=(text!(language, "studio-page-folder-unreadable"))
            data-other=(text!(language, "studio-page-other-answer"))
            data-deposited=(text!(language, "studio-page-deposited"))
            data-open=(text!(language, "studio-page-open-receipt"))
            data-same=(text!(language, "studio-page-same-file")) {
            article.card data-verdict="waiting" {
                figure { div.picture { img alt=(text!(language, "studio-page-photo-alt")); } }
                div.card-words {
                    h2.verdict tabindex="-1" {}
                    p.file-name.quiet {}
                    progress max="100" aria-label=(text!(language, "studio-page-uploading")) {}
                    p.finish hidden {
                        button.again type="button" { (text!(language, "studio-page-try-again")) }
                        button.plain.remove type="button" { (text!(language, "studio-page-remove")) }
                    }
                }
            }
        }
    }
}
