//! Certificates for devices: invitation, first certificate, renewal.

pub mod certify;
pub mod enrol;
pub mod gateway_proof;
pub mod invite;
pub mod renew;
