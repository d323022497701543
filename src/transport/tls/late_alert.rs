//! A fatal alert after the handshake.
//!
//! rustls sends alerts only for reasons of its own. So this module takes the keys out of the connection, and encrypts one more record with
//! rustls's own cipher.

use std::io::Write;

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

/// The last bytes of a connection whose handshake is done and whose configuration permits the extraction of its keys: output that waits,
/// and the alert.
///
/// # Errors
/// The keys cannot be extracted, or the waiting output cannot be read.
pub(in crate::transport) fn seal_alert(
    mut connection: ServerConnection,
    alert: AlertDescription,
) -> Result<Vec<u8>, Error> {
    let mut sent = Vec::new();
    // rustls encrypts by a new key as soon as a client has asked for a KeyUpdate, but keeps its own KeyUpdate back until the next write.
    // Without that message the client could not read the alert.
    connection.writer().write(&[]).map_err(unreadable)?;
    while connection.wants_write() {
        connection.write_tls(&mut sent).map_err(unreadable)?;
    }
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
    sent.append(&mut encrypter.encrypt(message, sequence)?.encode());
    Ok(sent)
}

fn unreadable(error: std::io::Error) -> Error {
    Error::General(error.to_string())
}
