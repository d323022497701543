//! What the gateway does, one verb a file; each reads as its line in the crate's drawing.

pub mod admin;
pub mod authenticate;
mod clock_watch;
pub mod enrolment;
pub mod gateway;
pub mod maintenance;
pub mod photo;
pub mod rejected_handshakes;

pub use gateway::{Gateway, GatewayLimits};
