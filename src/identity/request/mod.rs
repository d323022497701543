//! Certificate requests (PKCS #10) and the names that a device claims in them.

pub mod certificate_request;
pub mod claimed_subject;
pub mod csr_attributes;
