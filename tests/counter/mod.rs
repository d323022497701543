//! The counter desk, page by page, as a browser without a script sees it. Real browsers come to it in `tests/desk`.

mod browser;
mod decisions;
mod failures;
mod forms;
mod pages;
mod tickets;
mod today;
