//! TLS configuration of a listener.
//!
//! | | offered | why |
//! |---|---|---|
//! | versions | 1.3, 1.2 | 1.2 for Fachverfahren on older platforms, with extended master secret (RFC 7627) only |
//! | suites, groups | those of [`crypto_provider`](crate::identity::cryptography::crypto_provider) | the same for gateway and studio program |
//! | resumption | none | rustls resumes a session without checking whether the certificate was revoked |
//! | early data | none | a replayed request is a second request |

pub mod certificate_fault;
pub mod client_certificates;
mod client_trust;
mod error;
pub mod external_ca;
mod identity_choice;
pub(in crate::transport) mod late_alert;
mod pem_source;
pub(in crate::transport) mod presented_device;
pub mod rejected_certificates;
pub mod revocation;
mod server_certificate_check;
mod server_identity;
mod server_tls;
pub mod trust_status;

pub use client_certificates::MissingCertificatePolicy;
pub use client_trust::ClientTrust;
pub use error::TlsConfigError;
pub use pem_source::PemSource;
pub use server_identity::ServerIdentity;
pub use server_tls::ServerTls;
