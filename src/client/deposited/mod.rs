//! Photos after their deposit: notes of them on this computer, their state at the gateway, and their withdrawal.

pub mod duplicates;
pub mod journal;
pub mod photo_status;
pub mod requests;
