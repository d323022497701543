//! Certificates for devices: invitation, first certificate, renewal.

pub mod certificate_issuer;
pub mod enrol;
pub mod gateway_proof;
pub mod invite;
pub mod renew;
