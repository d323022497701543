//! Requests that pages of other sites cause in a browser.

use axum::http::{HeaderMap, HeaderValue};

use super::Problem;

/// Refuses a request that a page of another site caused, by Fetch Metadata (W3C): browsers send `Sec-Fetch-Site`, programs do not.
///
/// # Errors
/// [`Problem::CrossSiteRequest`].
pub(super) fn refuse_cross_site(headers: &HeaderMap) -> Result<(), Problem> {
    let is_own = |site: &HeaderValue| site == "none" || site == "same-origin";
    if headers.get_all("sec-fetch-site").iter().all(is_own) { Ok(()) } else { Err(Problem::CrossSiteRequest) }
}
