//! Use cases of the gateway, one per file.
//!
//! - `photo`: requests of studios and offices about a photo.
//! - `enrolment`: invitation, first certificate and renewal of a device.
//! - `admin`: commands of an administrator, which need no running gateway.
//! - `maintenance`: tasks that a running gateway does without a request.
//! - Here: state for several folders (`gateway`, `certificate_issuer`, `clock_watch`, `wrong_code_alarm`, `event_subscribers`), steps
//!   before every request (`authenticate`, `rejected_handshakes`), and what both roles ask for (`events`).
//!
//! `enrolment` imports `admin`, which imports `maintenance`; all may import the files here, and these import no folder.

pub mod admin;
pub mod authenticate;
pub mod certificate_issuer;
mod clock_watch;
pub mod enrolment;
pub mod event_subscribers;
pub mod events;
pub mod gateway;
pub mod maintenance;
pub mod photo;
pub mod rejected_handshakes;
pub mod wrong_code_alarm;

pub use gateway::{Gateway, GatewayLimits};
