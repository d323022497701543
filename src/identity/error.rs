//! Errors of creating, reading and using an authority.

use super::certificate::CertificateError;
use super::public_key::KeyError;
use crate::clock::Timestamp;
use crate::domain::local_time::date_and_time;
use crate::entropy::EntropyError;
use crate::texts::language::Language;

/// An authority could not be created or read, or did not issue a certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    #[error(
        "the gateway's name does not fit into a certificate: use 1 to 40 characters, none of them invisible or a control character"
    )]
    GatewayName,
    #[error("the authority's certificate cannot be read")]
    Certificate(#[from] CertificateError),
    #[error(
        "the authority's private key is not an unencrypted PKCS#8 PEM block: convert it with `openssl pkcs8 -topk8 -nocrypt`"
    )]
    PrivateKey,
    #[error("the authority's key is not accepted")]
    Key(#[from] KeyError),
    #[error("the certificate is not that of an authority: it needs basicConstraints CA:TRUE and keyUsage keyCertSign")]
    NotAnAuthority,
    #[error("the private key does not belong to the authority's certificate: put the matching pair together")]
    KeyMismatch,
    #[error(
        "the authority's subject repeats an attribute or groups several, which cannot be copied into what it issues: \
         use an authority with a plain subject"
    )]
    Subject,
    #[error("the authority's certificate ended on {}: make a new authority", local_time(*not_after))]
    Expired { not_after: Timestamp },
    #[error("the authority's certificate begins on {}: check this computer's clock", local_time(*not_before))]
    NotYetValid { not_before: Timestamp },
    #[error("a server certificate needs at least one host name")]
    NoHostName,
    #[error("the address of the revocation list is not an http:// or https:// URL in ASCII")]
    CrlUrl,
    #[error("the authority may not sign revocation lists: its certificate needs keyUsage cRLSign")]
    NoRevocationLists,
    #[error("not a revocation list: expected one X.509 CRL in DER with a nextUpdate")]
    RevocationList,
    #[error("the root of that name did not sign the revocation list")]
    RevocationListSignature,
    #[error("the document does not state the format that it is signed as")]
    DocumentFormat,
    #[error("no serial number could be drawn")]
    Entropy(#[from] EntropyError),
    #[error("the certificate could not be made")]
    Library(#[from] rcgen::Error),
}

/// Date and time for the administrator.
fn local_time(at: Timestamp) -> String {
    date_and_time(at, Language::English)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_outside_its_validity_is_reported_with_the_date() {
        let at = Timestamp::from_unix_milliseconds(1_795_339_800_000);
        for (error, expected) in [
            (IdentityError::Expired { not_after: at }, "ended on 22 Nov 2026, 10:30"),
            (IdentityError::NotYetValid { not_before: at }, "begins on 22 Nov 2026, 10:30"),
        ] {
            assert!(error.to_string().contains(expected), "{error}");
        }
    }
}
