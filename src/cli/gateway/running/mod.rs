//! Commands that set up and run a gateway.

pub mod confirm_clock;
pub mod init;
pub mod openapi;
pub mod profile;
pub mod serve;
mod systemd_unit;
