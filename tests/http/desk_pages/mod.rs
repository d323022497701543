//! The counter desk, page by page, as a browser without a script sees it. Real browsers come to it in `tests/browser`.

mod collections_of_the_day;
mod decisions;
mod failures;
mod form_errors;
mod forms;
mod interrupted;
mod last_page;
mod pages;
mod scriptless_browser;
mod self_test;
mod session_cookies;
