//! CAs, certificates and certificate requests.
//!
//! ```text
//! authority   create | from_pem -> Authority
//! enrolment   read_named_request -> PublicKey, ClaimedSubject -> issue_client -> IssuedCertificate -> certificates_only
//! by hand     DeviceKey::generate -> issue_client -> to_pkcs12
//! peer        read_certificate -> CertificateFacts
//! revocation  issue_revocation_list -> RevocationList
//! audit       CheckpointKey::sign -> SignedCheckpoint -> CheckpointVerifier::verify -> Checkpoint
//!             CheckpointKey::sign_document -> CheckpointVerifier::verify_document
//! line        crypto_provider -> TLS of both ends
//! ```
//!
//! Bytes and PEM text in and out: no file is read or written here. A [`PublicKey`](public_key::PublicKey) only comes from
//! a request that proved possession of the private key, or from a key made here; so whatever can be certified was proved.

pub mod authority;
pub mod certificate;
pub mod certs_only;
pub mod cryptography;
pub mod error;
pub mod host_name;
pub mod issue;
pub mod key;
pub mod pem;
pub mod pkcs12;
pub mod public_key;
pub mod request;
pub mod revocation;
pub mod signing;
