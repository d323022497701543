//! Enrolment of a computer as a device of the gateway, and renewal of its certificate.
//!
//! ```text
//! enrol   key -> ask for the invitation -> prove the gateway -> ask for the certificate (again, until approved) -> store
//! renew   new key -> ask for a certificate with the old one -> note the new pair -> try it -> switch
//! ```
//!
//! A device's folder:
//!
//! | file | what | written |
//! |---|---|---|
//! | `device-key.pending.pem` | key of an unfinished enrolment (0600) | before anything is sent; removed after `device.pem` is written |
//! | `gateway-ca.pem` | the only authority that is trusted | after the invitation is verified and the certificate is received |
//! | `studio.toml` | address and paths (studios only) | after it |
//! | `device.p12` | the same pair for a browser (offices only) | after it |
//! | `device.pem` | certificate and key together (0600) | last; then the device is enrolled |
//! | `device.next.pem` | the same of an unfinished renewal (0600) | before it is tried; removed when it is in use |
//!
//! Certificate and key are in *one* file because a renewal changes both. Two files cannot be replaced atomically, and after a crash, or for
//! a push that reads in between, they would not match.

pub mod address;
pub mod auto_renewal;
pub mod bootstrap;
pub mod device_folder;
pub mod enrol;
pub mod est;
pub mod gateway_request;
mod install_certificate;
pub mod renew;
pub mod renewal_lock;
pub mod renewal_schedule;
mod unverified_tls;
