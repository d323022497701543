//! Tasks without a request: sweep, purge, checkpoints, revocation lists, clock check.

pub mod announce;
pub mod chain_verifier;
pub mod checkpoint;
pub mod clock_check;
pub mod expiring_certificates;
pub mod purge;
pub mod revocation_lists;
pub mod sweep;
