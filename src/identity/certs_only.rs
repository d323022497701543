//! Certificates as enrolment hands them out: the degenerate, "certs-only" form of PKCS#7 (RFC 5652 section 5, RFC 8951).

use cms::cert::x509::Certificate;
use cms::cert::x509::der::{Decode, Encode, Error as DerError};
use cms::content_info::ContentInfo;

/// Packs certificates, each in DER. They are a set, sorted by their encodings.
///
/// # Errors
/// [`CertsOnlyError`] when the library cannot reproduce one of the certificates byte for byte.
pub fn certificates_only(certificates: &[&[u8]]) -> Result<Vec<u8>, CertsOnlyError> {
    let mut read = Vec::with_capacity(certificates.len());
    for der in certificates {
        let certificate = Certificate::from_der(der)?;
        // The library parses and encodes again; a certificate that changes on the way would have no valid signature.
        if certificate.to_der()? != *der {
            return Err(CertsOnlyError(None));
        }
        read.push(certificate);
    }
    Ok(ContentInfo::try_from(read)?.to_der()?)
}

/// A certificate is not in strict DER, so it would not come out of the library as it went in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a certificate cannot be put into PKCS#7: it is not in strict DER")]
pub struct CertsOnlyError(#[source] Option<DerError>);

impl From<DerError> for CertsOnlyError {
    fn from(source: DerError) -> Self {
        Self(Some(source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::entropy::SeededEntropy;
    use crate::identity::authority::{Authority, AuthorityKind};

    #[test]
    fn certificates_lie_in_it_byte_for_byte_and_what_is_none_is_refused() {
        let now = Timestamp::from_unix_milliseconds(1_795_339_800_000);
        let authority = |kind| Authority::create(kind, "Düsseldorf", now, &SeededEntropy::new(1)).unwrap();
        let (one, other) = (authority(AuthorityKind::Studio), authority(AuthorityKind::Server));
        let packed = certificates_only(&[one.certificate_der(), other.certificate_der()]).unwrap();
        for der in [one.certificate_der(), other.certificate_der()] {
            assert!(packed.windows(der.len()).any(|window| window == der));
        }
        assert!(certificates_only(&[b"no certificate"]).is_err());
        assert!(certificates_only(&[&[one.certificate_der(), b"0"].concat()]).is_err());
    }
}
