//! How a computer joins and stays: invitation, enrolment, renewal and self-test, against a gateway that misbehaves on request.

mod command;
#[cfg(feature = "failpoints")]
mod crash;
mod deception;
mod enrolling;
mod inviting;
mod lifetime;
mod renewing;
mod shop;
mod standing;
#[cfg(unix)]
mod story;
pub mod town;
