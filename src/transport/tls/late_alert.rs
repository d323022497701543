//! A fatal alert after the handshake.
//!
//! rustls sends alerts only for reasons of its own. So this module takes the keys out of the connection, and encrypts one more record with
//! rustls's own cipher.

use rustls::crypto::cipher::{OutboundChunks, OutboundPlainMessage};
use rustls::{
    AlertDescription, ConnectionTrafficSecrets, ContentType, Error, ProtocolVersion, ServerConnection,
    SupportedCipherSuite,
};

/// `AlertLevel` of TLS.
const FATAL: u8 = 2;

/// The alert with which a handshake refuses a client for this reason.
pub(in crate::transport) fn alert_for(error: &Error) -> AlertDescription {
    match error {
        Error::NoCertificatesPresented => AlertDescription::CertificateRequired,
        Error::InvalidCertificate(error) => error.clone().into(),
        _ => AlertDescription::HandshakeFailure,
    }
}

/// The last record of a connection whose handshake is done and whose configuration permits the extraction of its keys.
///
/// # Errors
/// The keys cannot be extracted, for example because output of the connection is not sent yet.
pub(in crate::transport) fn seal_alert(
    connection: ServerConnection,
    alert: AlertDescription,
) -> Result<Vec<u8>, Error> {
    let suite = connection.negotiated_cipher_suite().ok_or(Error::HandshakeNotComplete)?;
    let (sequence, secrets) = connection.dangerous_extract_secrets()?.tx;
    let (ConnectionTrafficSecrets::Aes128Gcm { key, iv } | ConnectionTrafficSecrets::Aes256Gcm { key, iv }) = secrets
    else {
        return Err(Error::General("the cipher suite is not offered".into()));
    };
    let mut encrypter = match suite {
        SupportedCipherSuite::Tls13(suite) => suite.aead_alg.encrypter(key, iv),
        SupportedCipherSuite::Tls12(suite) => {
            let shape = suite.aead_alg.key_block_shape();
            let (fixed, explicit) = iv.as_ref().split_at(shape.fixed_iv_len);
            suite.aead_alg.encrypter(key, fixed, explicit)
        }
    };
    let payload = [FATAL, alert.into()];
    let message = OutboundPlainMessage {
        typ: ContentType::Alert,
        // The version of records, also in TLS 1.3.
        version: ProtocolVersion::TLSv1_2,
        payload: OutboundChunks::Single(&payload),
    };
    Ok(encrypter.encrypt(message, sequence)?.encode())
}
