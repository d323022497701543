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
//! TLS         crypto_provider, for gateway and studio program
//! ```
//!
//! Functions take and return bytes and PEM text; none reads or writes a file. A [`PublicKey`](public_key::PublicKey) comes only
//! from a request that proved possession of the private key, or from a key made here, so every certified key was proved.

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
