//! Studio pages: a photo studio deposits photos from any browser that has the device's certificate. The server renders the HTML, and the
//! pages work without scripts.
//!
//! ```text
//! choose a photo --POST--> check: findings on the photo --POST--> deposit --303--> receipt
//!       ^                        |                                                    |
//!       +--- refused ------------+               photos: state, refusal, withdraw <---+
//! ```
//! A check stores nothing, so the deposit contains the photo once more. The script keeps the file for it; without a script the
//! photographer chooses the file again.
//!
//! Every change is a form with a CSRF token. The `Idempotency-Key` of a deposit is derived from the photo
//! ([`IdempotencyKey::of_browser`](crate::domain::photo::idempotency::IdempotencyKey::of_browser)), so that a reload, a double click, a
//! second window or the same file on another day never makes a second code. The code is never in an address, a title or the history: the
//! browser keeps it sealed in a cookie for the page of the receipt.

pub(crate) mod pages;

mod card;
mod declaration;
mod form;
mod layout;
mod photo_facts;
mod photographer;
mod receipt_session;

/// Path of the first page; the paths of all other pages begin with it.
pub const ROOT: &str = "/studio/";
