//! `GET /studio/photos`: the studio's photos, newest first, page by page, without pictures and codes. `POST /studio/photos/seen`: marks
//! refusals as seen.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use strum::VariantArray;

use crate::api::problem::MalformedReason;
use crate::api::request::{QueryFields, QueryParameters};
use crate::api::{App, Problem};
use crate::domain::id::PhotoId;
use crate::domain::photo::PhotoState;
use crate::flows::photo::new_refusals;
use crate::flows::photo::queries::{self, ListPage, PhotoWithState};
use crate::pages::frame::page::PageContent;
use crate::pages::frame::time_element::time_element;
use crate::pages::studio::ROOT;
use crate::pages::studio::form::PhotographerForm;
use crate::pages::studio::layout::{PHOTOS, counted, see_other};
use crate::pages::studio::photo_facts::{DeviceLabels, new_mark, refusal, seen_form, state};
use crate::pages::studio::photographer::Photographer;
use crate::pages::studio::receipt_session::photo_path;
use crate::texts::language::Language;
use crate::texts::text;

/// Rows per page.
const PHOTOS_PER_PAGE: u32 = 50;

/// Photos that the list shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, strum::IntoStaticStr, strum::VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
enum PhotoFilter {
    #[default]
    All,
    /// Refused, and not marked as seen.
    New,
    Available,
    Leased,
    Kept,
    Used,
    Refused,
    Withdrawn,
    Expired,
}

impl PhotoFilter {
    /// The name in the query.
    fn name(self) -> &'static str {
        self.into()
    }

    /// The state of all listed photos, if the filter is a state.
    fn state(self) -> Option<PhotoState> {
        self.name().parse().ok()
    }

    fn label(self, language: Language) -> String {
        text!(language, format!("studio-photos-filter-{}", self.name()))
    }
}

/// Query for a page of the list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhotosQuery {
    #[serde(default)]
    state: PhotoFilter,
    after: Option<PhotoId>,
}

impl QueryParameters for PhotosQuery {
    const NAMES: &'static [&'static str] = &["after", "state"];
}

/// Shows the list.
pub async fn show(
    State(app): State<App>,
    photographer: Photographer,
    QueryFields(PhotosQuery { state, after }): QueryFields<PhotosQuery>,
) -> Result<Response, Problem> {
    let (gateway, studio) = (&app.gateway, &photographer.studio);
    let listed = match state {
        PhotoFilter::New => new_refusals::list(gateway, studio, after, PHOTOS_PER_PAGE).await?,
        _ => queries::photos(gateway, studio, state.state(), after, PHOTOS_PER_PAGE).await?,
    };
    let devices = DeviceLabels::of(&app, &listed.items).await?;
    let page = page(&photographer, &listed, &devices, (state, after.is_some()));
    Ok(photographer.page(StatusCode::OK, &page))
}

/// Redirects the address of the form to the list.
pub async fn redirect(_photographer: Photographer) -> Response {
    see_other(PHOTOS, None)
}

/// Fields of the form that marks refusals as seen.
#[derive(Deserialize)]
pub struct SeenForm {
    /// Numbers of photos, separated by commas.
    photos: String,
    /// Photo on whose page the form is.
    photo: Option<PhotoId>,
}

/// Marks the refusals as seen and redirects to the page with the form.
pub async fn mark_seen(
    State(app): State<App>,
    PhotographerForm(photographer, form): PhotographerForm<SeenForm>,
) -> Result<Response, Problem> {
    const MALFORMED: Problem = Problem::RequestMalformed { reason: MalformedReason::Field };
    let photos: Vec<PhotoId> =
        form.photos.split(',').map(str::parse).collect::<Result<_, _>>().map_err(|_| MALFORMED)?;
    if photos.len() > PHOTOS_PER_PAGE as usize {
        return Err(MALFORMED);
    }
    new_refusals::mark_seen(&app.gateway, &photographer.studio, &photos).await?;
    Ok(see_other(&form.photo.map_or_else(|| PHOTOS.to_owned(), photo_path), None))
}

fn page(
    photographer: &Photographer,
    listed: &ListPage<PhotoWithState, PhotoId>,
    devices: &DeviceLabels,
    (filter, is_continued): (PhotoFilter, bool),
) -> PageContent {
    let language = photographer.language;
    let title = text!(language, "studio-page-photos");
    let shown: Vec<_> =
        listed.items.iter().filter(|photo| photo.is_new_refusal).map(|photo| photo.record.photo_id).collect();
    let main = html! {
        h1 { (title) }
        p.lead { (text!(language, "studio-photos-lead")) }
        (new_refusal_notice(photographer, filter, &shown))
        (filter_form(filter, language))
        @if listed.items.is_empty() {
            p #none { (none_text(filter, is_continued, listed.next_after.is_some(), language)) }
            @if filter == PhotoFilter::All && !is_continued {
                p.finish { a.button.primary href=(ROOT) { (text!(language, "studio-page-deposit")) } }
            }
        } @else {
            table #photos.stacked {
                thead { tr {
                    @for column in ["deposited", "state", "number", "device", "profile"] {
                        th scope="col" { (column_name(column, language)) }
                    }
                } }
                tbody { @for photo in &listed.items { (row(photo, photographer, devices)) } }
            }
        }
        (page_links(listed.next_after, (filter, is_continued), language))
    };
    PageContent { title, problem: None, main }
}

fn column_name(column: &str, language: Language) -> String {
    text!(language, format!("studio-photos-column-{column}"))
}

fn row(photo: &PhotoWithState, photographer: &Photographer, devices: &DeviceLabels) -> Markup {
    let (language, record) = (photographer.language, &photo.record);
    // On narrow screens each cell is a line with this name.
    let name = |column| column_name(column, language);
    html! {
        tr data-state=(photo.state.name()) data-new[photo.is_new_refusal] {
            td data-column=(name("deposited")) { (time_element(record.deposited_at, photographer.now, language)) }
            td data-column=(name("state")) {
                div {
                    (new_mark(photo, language)) (state(photo, photographer))
                    (refusal(photo, language))
                }
            }
            td data-column=(name("number")) { a href=(photo_path(record.photo_id)) { code { (record.photo_id.short()) } } }
            td data-column=(name("device")) { (devices.label(photo)) }
            td data-column=(name("profile")) { code { (record.facts.profile) } }
        }
    }
}

/// The number of new refusals, and the button for those on this page.
fn new_refusal_notice(photographer: &Photographer, filter: PhotoFilter, shown: &[PhotoId]) -> Markup {
    let language = photographer.language;
    html! {
        @if photographer.new_refusals > 0 {
            section #new-refusals.notice {
                p {
                    strong { (text!(language, "studio-photos-new", count = photographer.new_refusals, counted = counted(photographer.new_refusals))) }
                    " " (text!(language, "studio-photos-new-hint", count = photographer.new_refusals))
                }
                @if filter != PhotoFilter::New {
                    p { a href={ (PHOTOS) "?state=new" } { (text!(language, "studio-photos-show-new")) } }
                }
                (seen_form(shown, None, photographer))
            }
        }
    }
}

fn filter_form(chosen: PhotoFilter, language: Language) -> Markup {
    html! {
        form #filter method="get" action=(PHOTOS) {
            label for="state" { (column_name("state", language)) }
            select #state name="state" {
                @for &filter in PhotoFilter::VARIANTS {
                    option value=(filter.name()) selected[filter == chosen] { (filter.label(language)) }
                }
            }
            button type="submit" { (text!(language, "studio-photos-filter-show")) }
        }
    }
}

fn none_text(filter: PhotoFilter, is_continued: bool, has_more: bool, language: Language) -> String {
    match (filter, is_continued || has_more) {
        (_, true) => text!(language, "studio-photos-page-empty"),
        (PhotoFilter::All, false) => text!(language, "studio-photos-none"),
        (PhotoFilter::New, false) => text!(language, "studio-photos-none-new"),
        (_, false) => text!(language, "studio-photos-none-of-state", state = filter.label(language)),
    }
}

fn page_links(next_after: Option<PhotoId>, (filter, is_continued): (PhotoFilter, bool), language: Language) -> Markup {
    let path = match filter {
        PhotoFilter::All => format!("{PHOTOS}?"),
        _ => format!("{PHOTOS}?state={}&", filter.name()),
    };
    html! {
        @if next_after.is_some() || is_continued {
            p.finish #list-pages {
                @if let Some(after) = next_after {
                    a.button #older href={ (path) "after=" (after) } rel="next" { (text!(language, "studio-photos-older")) }
                }
                @if is_continued {
                    a #newest href=(path.trim_end_matches(['?', '&'])) { (text!(language, "studio-photos-newest")) }
                }
            }
        }
    }
}
