//! Enrolment by an invitation, and renewal of certificates.

mod answers;
#[cfg(unix)]
mod command;
#[cfg(feature = "failpoints")]
mod crash;
#[cfg(unix)]
mod foreign_est_clients;
mod four_eyes;
mod gateway_proof;
#[cfg(unix)]
mod many_certificates;
#[cfg(unix)]
mod openssl_and_curl;
mod parallel;
mod refused;
mod renewal;
mod repeated;
mod revoked_key;
mod secrecy;
