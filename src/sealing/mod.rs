//! Codes and seals: a stolen database alone does not open a photo.
//!
//! ```text
//! device id, Idempotency-Key, photo SHA-256 --HKDF(issuing key)--> code            (never stored)
//! code --HKDF(pepper)--> lookup id                                                 (stored until the photo is erased)
//! code --HKDF(pepper, epoch key)--> sealing key --AES-256-GCM--> envelope          (the envelope is stored)
//! enrolment code --HKDF--> lookup, proof key                                     (see `enrolment_proof`)
//! code --AES-256-GCM(pepper)--> session                       (in a clerk's browser during a lease, see `session`)
//! ```
//! Opening a photo takes the citizen's code *and* the gateway's key file; the database contains neither.

pub mod csrf_token;
pub mod enrolment_proof;
pub mod envelope;
mod hkdf;
pub mod key_derivation;
pub mod key_file;
mod sealed_metadata;
pub mod session;
#[cfg(test)]
mod vectors;

pub use key_derivation::CodeKeys;
pub use key_file::{KeyFile, KeyFileError};
