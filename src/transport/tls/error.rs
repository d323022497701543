//! Errors of the TLS configuration.

use std::io;

use rustls::pki_types::pem;
use rustls::server::VerifierBuilderError;

/// Reason why a listener cannot use TLS; the message says what to check. `host` is the name by which devices address the gateway.
#[derive(Debug, thiserror::Error)]
pub enum TlsConfigError {
    #[error("cannot read {file}: check that it exists and who may read it")]
    Unreadable { file: String, source: io::Error },
    /// `what` is the kind of PEM content that was expected.
    #[error("{file} {}", fault_of_pem(what, source))]
    BadPem { file: String, what: &'static str, source: pem::Error },
    #[error("{file} holds a certificate that cannot be an authority: put CA certificates there only")]
    BadRoot { file: String, source: rustls::Error },
    #[error("{file} holds a revocation list that the root of its name did not sign: fetch it anew")]
    ForgedRevocationList { file: String },
    #[error(
        "{file} holds a revocation list that is older than the one in force: fetch it anew (a restart takes it, if it is meant)"
    )]
    OutdatedRevocationList { file: String },
    #[error("the authorities or revocation lists for client certificates cannot be used: check both files")]
    ClientTrust(#[source] VerifierBuilderError),
    #[error(
        "the server certificate and its private key cannot be used: check that they belong together and that the server's own \
         certificate comes first in the chain"
    )]
    Identity(#[source] rustls::Error),
    #[error(
        "devices that call the gateway {host} and trust its server_ca would refuse the server certificate: check its end, its \
         names and its chain, or issue a new one with `renew-server-certificate`, which names every public host"
    )]
    Unacceptable { host: String, source: rustls::Error },
    #[error(
        "the server certificate does not name {host}, by which devices call the gateway: get one that does, or change \
         public_host or the public addresses in [listen]"
    )]
    WrongName { host: String, source: rustls::Error },
    /// A defect of the program, not of its configuration.
    #[error("the TLS settings built into this program contradict each other")]
    Provider(#[source] rustls::Error),
}

fn fault_of_pem(what: &str, source: &pem::Error) -> String {
    match source {
        pem::Error::NoItemsFound => format!("holds no {what}: it has to be PEM text (-----BEGIN …-----)"),
        _ => format!("holds a damaged {what}: write the file anew"),
    }
}
