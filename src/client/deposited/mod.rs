//! Photos after their deposit: notes on this computer, their state at the gateway, and withdrawal.

pub mod duplicates;
pub mod journal;
pub mod photo_status;
pub mod requests;
