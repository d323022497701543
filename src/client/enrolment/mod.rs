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
//! | `device-key.pending.pem` | the key of an enrolment that is under way (0600) | before anything is sent; gone once `device.pem` stands |
//! | `gateway-ca.pem` | the only authority by which the gateway is known | when the invitation was proved and answered |
//! | `studio.toml` | address and paths (studios only) | after it |
//! | `device.p12` | the same pair for a browser (offices only) | after it |
//! | `device.pem` | certificate and key together (0600) | last: with it the device is enrolled |
//! | `device.next.pem` | the same of a renewal that is under way (0600) | before it is tried; gone once it is in use |
//!
//! Certificate and key stand in *one* file because a renewal changes both: two files cannot be replaced in one step, and a
//! crash, or a push that reads in between, would find a pair that does not fit.

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
