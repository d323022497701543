//! Page of a photo whose code cannot be used any more.

use axum::http::StatusCode;
use axum::response::Response;
use maud::html;

use crate::domain::id::PhotoId;
use crate::domain::photo::PhotoState;
use crate::pages::frame::elements::error_summary;
use crate::pages::frame::page::PageContent;
use crate::pages::studio::ROOT;
use crate::pages::studio::photographer::Photographer;
use crate::pages::studio::receipt_session::photo_path;
use crate::texts::text;

/// Says how the photo ended, and that a new deposit makes a new code.
pub(super) fn ended_page(
    photographer: &Photographer,
    status: StatusCode,
    photo_id: PhotoId,
    state: PhotoState,
) -> Response {
    let language = photographer.language;
    let title = text!(language, "studio-page-no-receipt");
    let ended = text!(language, format!("studio-page-last-{}", state.name()));
    let words = html! { p { (ended) " " (text!(language, "studio-page-choose-for-new-code")) } };
    let main = html! {
        h1 { (title) }
        (error_summary(&text!(language, "studio-page-code-ended"), &words))
        p.finish {
            a.button.primary #next href=(ROOT) { (text!(language, "studio-page-other-photo")) }
            a #photo href=(photo_path(photo_id)) { (text!(language, "studio-page-show-photo")) }
        }
    };
    photographer.page(status, &PageContent { title, problem: Some("photo-ended"), main })
}
