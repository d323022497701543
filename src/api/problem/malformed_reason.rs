//! Reasons of malformed requests.

use crate::domain::display_text::HiddenCharacter;

/// Reason why a request does not fit the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MalformedReason {
    /// `Host` is missing, repeated, or not a host (RFC 9112 section 3.2).
    Host,
    /// The body ends before the JSON does.
    TruncatedJson,
    /// The body is not JSON.
    InvalidJson {
        /// Line from which the text is not JSON.
        line: usize,
        /// Column in that line.
        column: usize,
    },
    /// The body is JSON, but no object.
    NoObject,
    /// A field is missing, unknown, or of the wrong kind.
    Field,
    /// A query parameter is unknown, repeated, or cannot be read.
    Query {
        /// Names of the parameters that the address takes, at least one.
        allowed: &'static [&'static str],
    },
    /// `until` is not a date.
    Date,
    /// `note` holds a control character or an invisible one.
    Note {
        /// The first of them.
        hidden: HiddenCharacter,
    },
    /// `note` holds a retrieval code.
    NoteWithCode,
    /// The body is not a certificate request.
    CertificateRequest,
    /// `lookup` or `nonce` is not 64 hexadecimal digits.
    Hexadecimal,
}
