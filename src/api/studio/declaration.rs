//! Declaration of a studio about the person in the photo: the headers `Photo-Subject` and `Photo-Exception`.

use axum::http::{HeaderMap, HeaderName};
use strum::VariantNames;

use crate::api::Problem;
use crate::domain::photo::declaration::{Declaration, Exception, Subject};

static PHOTO_SUBJECT: HeaderName = HeaderName::from_static("photo-subject");
static PHOTO_EXCEPTION: HeaderName = HeaderName::from_static("photo-exception");

/// Reads both headers; a missing header declares nothing. The gateway refuses unknown values, because otherwise the studio would believe
/// that its declaration was used.
///
/// # Errors
/// [`Problem::PhotoSubjectUnknown`], [`Problem::PhotoExceptionUnknown`] for an unknown value or a repeated header.
pub(super) fn declaration(headers: &HeaderMap) -> Result<Declaration, Problem> {
    Ok(Declaration {
        subject: single_header(headers, &PHOTO_SUBJECT, Subject::parse)
            .ok_or(Problem::PhotoSubjectUnknown { allowed: Subject::VARIANTS })?,
        exception: single_header(headers, &PHOTO_EXCEPTION, Exception::parse)
            .ok_or(Problem::PhotoExceptionUnknown { allowed: Exception::declarable() })?,
    })
}

/// The header's value: the default if there is no header, `None` if the value is unknown or repeated.
fn single_header<T: Default>(headers: &HeaderMap, name: &HeaderName, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Some(T::default()),
        (Some(value), None) => parse(value.to_str().ok()?),
        (Some(_), Some(_)) => None,
    }
}
