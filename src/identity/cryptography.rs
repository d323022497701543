//! The cryptography of TLS, one choice for both ends of the line.
//!
//! | | offered | why |
//! |---|---|---|
//! | suites | AES-GCM with ECDHE | BSI TR-02102-2 knows neither CBC without encrypt-then-MAC nor ChaCha20 |
//! | groups | SECP256R1MLKEM768, P-256, P-384 | a photo's confidentiality has to outlast a recorded handshake |
//!
//! Within what both sides know, rustls goes by the client's order, for suites and groups alike: a client that lists P-256
//! before the hybrid group gets P-256. And a client that guesses a group which the gateway does not know pays a second
//! round trip for each handshake, so the studio's side has to lead with what the gateway takes.

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, aws_lc_rs};

/// The cryptography in use, named one by one: the process-wide default belongs to whichever crate sets it first.
pub fn crypto_provider() -> Arc<CryptoProvider> {
    use aws_lc_rs::{cipher_suite as suite, kx_group};
    Arc::new(CryptoProvider {
        cipher_suites: vec![
            suite::TLS13_AES_256_GCM_SHA384,
            suite::TLS13_AES_128_GCM_SHA256,
            suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
            suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
            suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
            suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        ],
        kx_groups: vec![kx_group::SECP256R1MLKEM768, kx_group::SECP256R1, kx_group::SECP384R1],
        ..aws_lc_rs::default_provider()
    })
}
