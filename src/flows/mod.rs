//! What the gateway does, one verb a file; each reads as its line in the crate's drawing.

pub mod administer;
pub mod authenticate;
pub mod checkpoint;
pub mod claim;
pub mod clock;
mod clock_watch;
pub mod collect;
pub mod deposit;
pub mod enrol;
pub mod erase_report;
mod evidence;
pub mod forget;
pub mod gateway;
pub mod hand_over;
pub mod invite;
pub mod issuance;
pub mod judge;
pub mod pace;
pub mod present;
pub mod publish;
pub mod relocate;
pub mod renew;
pub mod restore;
pub mod review;
pub mod rollback;
pub mod settle;
mod strangers;
pub mod sweep;
pub mod turn_away;
mod turns;
pub mod verify;
pub mod vouch;
pub mod walk;
pub mod withdraw;

pub use gateway::{Gateway, GatewayLimits};
