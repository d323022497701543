//! The desk, page by page, in a browser without scripts. `tests/browser` tests it with real browsers.

mod collections_of_the_day;
mod decisions;
mod failures;
mod form_errors;
mod forms;
mod interrupted;
mod last_page;
mod pages;
mod renewal;
pub mod scriptless_browser;
mod self_test;
mod session_cookies;
