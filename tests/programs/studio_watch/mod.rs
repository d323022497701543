//! Watch of a folder: every photo ends in `sent/` or `refused/` once.

skip_in!(postgres: "has no database");

mod command;
#[cfg(feature = "failpoints")]
mod killed_at_every_step;
mod lost_folder;
mod office_refusals;
mod overview_page;
mod refused;
mod renewed;
mod retention;
mod sent;
mod stability;
mod unreachable_gateway;
mod unusable_files;
mod watched_studio;
