//! Invitation, enrolment, renewal and self-test of a device, with a gateway that misbehaves on request.

mod certificate_lifetime;
mod command;
#[cfg(feature = "failpoints")]
mod crash;
mod default_folder;
pub mod enrolled_gateway;
mod enrolling_studio;
mod enrolment;
mod inviting_gateway;
mod network;
#[cfg(unix)]
mod photographers_day;
#[cfg(unix)]
mod readme_walkthrough;
mod renew_command;
mod renewal;
mod renewal_lock;
#[cfg(unix)]
mod setup_command;
mod status_command;
