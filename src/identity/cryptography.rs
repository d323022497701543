//! Cipher suites and groups of TLS, the same for gateway and studio program.
//!
//! | | offered | why |
//! |---|---|---|
//! | suites | AES-GCM with ECDHE | BSI TR-02102-2 knows neither CBC without encrypt-then-MAC nor ChaCha20 |
//! | groups | SECP256R1MLKEM768, P-256, P-384 | a recorded handshake must not be decrypted later by a quantum computer |
//!
//! rustls follows the client's order of suites and groups: a client that lists P-256 before the hybrid group gets P-256. A
//! client that begins with a group which the gateway does not support pays a second round trip in each handshake, so the
//! studio program begins with the gateway's first group.

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, aws_lc_rs};

/// The cryptography in use, passed explicitly: the process-wide default is set by any crate that comes first.
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
