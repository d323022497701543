//! Steps of the gateway, one per file, each named by its verb.
//!
//! - `photo`: steps of a studio's or office's request about a photo.
//! - `enrolment`: invitation, first certificate, renewal: the way of a device to its certificate.
//! - `admin`: steps that an administrator starts at the command line and that need no running gateway.
//! - `maintenance`: steps that a running gateway takes by itself, without a request.
//! - Here: state that several folders work with (`gateway` with `certificate_issuer`, `clock_watch` and
//!   `wrong_code_alarm`) and steps that precede every
//!   request (`authenticate`, `rejected_handshakes`).
//!
//! `enrolment` imports `admin`, which imports `maintenance`; all may import the files here, and these import no folder.

pub mod admin;
pub mod authenticate;
pub mod certificate_issuer;
mod clock_watch;
pub mod enrolment;
pub mod gateway;
pub mod maintenance;
pub mod photo;
pub mod rejected_handshakes;
mod wrong_code_alarm;

pub use gateway::{Gateway, GatewayLimits};
