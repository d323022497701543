//! Page on the enrolment listener that connects a browser: makes a key, enrols it with the code of an invitation, and hands over the file.
//!
//! The page has no certificate, no cookie and no session, so it takes the language from its query. Code and key stay in its script: a
//! request contains the lookup id of the code until the gateway has proved that it knows the code. The key is kept in the browser's own
//! store until the person has saved the file.

mod connect_page;
pub mod routes;

use crate::api::App;

/// Path of the page.
pub const ROOT: &str = "/connect/";

/// Address of the page; `None` if the gateway issues no certificates.
pub(in crate::pages) fn url(app: &App) -> Option<String> {
    Some(format!("{}{ROOT}", app.gateway.certificate_issuer()?.enrolment_url))
}
