//! Errors of the TLS configuration.

use std::error::Error;
use std::fmt;
use std::io;

use rustls::pki_types::pem;
use rustls::server::VerifierBuilderError;

/// Reason why a listener cannot use TLS; the message says what to check.
#[derive(Debug)]
pub enum TlsConfigError {
    /// A file could not be read.
    Unreadable {
        /// Its name.
        file: String,
        /// Cause.
        source: io::Error,
    },
    /// A file does not hold what it should.
    BadPem {
        /// Its name.
        file: String,
        /// Kind of PEM content that was expected.
        what: &'static str,
        /// Cause.
        source: pem::Error,
    },
    /// A certificate that should become a trusted authority cannot.
    BadRoot {
        /// The file it came from.
        file: String,
        /// Cause.
        source: rustls::Error,
    },
    /// A foreign root did not sign the list that bears its name.
    ForgedRevocationList {
        /// The list's file.
        file: String,
    },
    /// A foreign list is older than the one in force.
    OutdatedRevocationList {
        /// The list's file.
        file: String,
    },
    /// Authorities or revocation lists cannot be used.
    ClientTrust(VerifierBuilderError),
    /// Server certificate and private key cannot be used together.
    Identity(rustls::Error),
    /// Devices would not take the server certificate.
    Unacceptable {
        /// Name by which devices address the gateway.
        host: String,
        /// Cause.
        source: rustls::Error,
    },
    /// The server certificate does not name a public host.
    WrongName {
        /// Name by which devices address the gateway.
        host: String,
        /// Cause.
        source: rustls::Error,
    },
    /// Suites, groups and versions do not fit: a defect of the program, not of its configuration.
    Provider(rustls::Error),
}

impl fmt::Display for TlsConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { file, .. } => write!(f, "cannot read {file}: check that it exists and who may read it"),
            Self::BadPem { file, what, source: pem::Error::NoItemsFound } => {
                write!(f, "{file} holds no {what}: it has to be PEM text (-----BEGIN …-----)")
            }
            Self::BadPem { file, what, .. } => write!(f, "{file} holds a damaged {what}: write the file anew"),
            Self::BadRoot { file, .. } => {
                write!(f, "{file} holds a certificate that cannot be an authority: put CA certificates there only")
            }
            Self::ForgedRevocationList { file } => {
                write!(f, "{file} holds a revocation list that the root of its name did not sign: fetch it anew")
            }
            Self::OutdatedRevocationList { file } => write!(
                f,
                "{file} holds a revocation list that is older than the one in force: fetch it anew (a restart takes it, if it is meant)"
            ),
            Self::ClientTrust(_) => f.write_str(
                "the authorities or revocation lists for client certificates cannot be used: check both files",
            ),
            Self::Identity(_) => f.write_str(
                "the server certificate and its private key cannot be used: check that they belong together and that \
                 the server's own certificate comes first in the chain",
            ),
            Self::Unacceptable { host, .. } => write!(
                f,
                "devices that call the gateway {host} and trust its server_ca would refuse the server certificate: check its end, \
                 its names and its chain, or issue a new one with `renew-server-certificate`, which names every public host"
            ),
            Self::WrongName { host, .. } => write!(
                f,
                "the server certificate does not name {host}, by which devices call the gateway: get one that does, or change \
                 public_host or the public addresses in [listen]"
            ),
            Self::Provider(_) => f.write_str("the TLS settings built into this program contradict each other"),
        }
    }
}

impl Error for TlsConfigError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unreadable { source, .. } => Some(source),
            Self::BadPem { source, .. } => Some(source),
            Self::ClientTrust(source) => Some(source),
            Self::ForgedRevocationList { .. } | Self::OutdatedRevocationList { .. } => None,
            Self::BadRoot { source, .. }
            | Self::Unacceptable { source, .. }
            | Self::WrongName { source, .. }
            | Self::Identity(source)
            | Self::Provider(source) => Some(source),
        }
    }
}
