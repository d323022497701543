//! Forms that the studio pages post: fields alone, or fields with a photo.

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Multipart, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::photographer::Photographer;
use crate::api::body::BodyLimits;
use crate::api::problem::MalformedReason;
use crate::api::request::{body_bytes, content_length, has_media_type};
use crate::api::{App, Problem};
use crate::flows::photo::upload_permit::{UploadPermit, admit};
use crate::pages::frame::form::{check_token, posted_fields, refuse_foreign};

/// A form without a photo that the photographer posted from a page of this gateway.
pub struct PhotographerForm<T>(pub Photographer, pub T);

impl<T: DeserializeOwned> FromRequest<App> for PhotographerForm<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let photographer = Photographer::from_request_parts(&mut parts, app).await?;
        let (csrf_token, fields) = posted_fields(&parts, body, app).await?;
        check_token(&csrf_token, photographer.studio.device_id, photographer.now, app)?;
        Ok(Self(photographer, fields))
    }
}

/// Media type of a form with a file (RFC 7578).
const FORM_DATA: &str = "multipart/form-data";
/// Bytes of a form apart from the photo: the fields, and the frame of each part.
const FRAME_BYTES: u64 = 16 * 1024;
/// No field of these pages is longer.
const FIELD_BYTES: usize = 256;
/// Twice as many as the forms of these pages have.
const MAX_PARTS: usize = 16;

/// A form with a photo, within the limits of an upload.
pub struct UploadForm {
    pub photographer: Photographer,
    pub permit: UploadPermit,
    pub photo: Vec<u8>,
    /// False if the form was posted without a choice of a file.
    pub has_file: bool,
    fields: Vec<(String, String)>,
}

impl UploadForm {
    /// The text of a field, if the form has it.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, text)| text.as_str())
    }
}

impl FromRequest<App> for UploadForm {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let photographer = Photographer::from_request_parts(&mut parts, app).await?;
        refuse_foreign(&parts.headers)?;
        if !has_media_type(&parts.headers, FORM_DATA) {
            return Err(Problem::FormatUnsupported { expected: FORM_DATA });
        }
        let most = app.photo_body.max_bytes + FRAME_BYTES;
        let announced = content_length(&parts.headers).map_or(most, |length| length.min(most));
        let permit = admit(&app.gateway, &photographer.studio, announced)?;
        let limits = BodyLimits { max_bytes: most, ..app.photo_body };
        let bytes = body_bytes(&parts.headers, body, &limits).await.map_err(|problem| match problem {
            Problem::PhotoTooLarge { .. } => too_large(app),
            other => other,
        })?;
        let form = read_parts(parts, bytes, app).await?;
        let form = Self { photographer, permit, photo: form.photo, has_file: form.has_file, fields: form.fields };
        let token = form.field("csrf").unwrap_or_default();
        check_token(token, form.photographer.studio.device_id, form.photographer.now, app)?;
        Ok(form)
    }
}

struct FormParts {
    photo: Vec<u8>,
    has_file: bool,
    fields: Vec<(String, String)>,
}

/// Reads the parts of a form. The name and the type of the file are not used: the photo check reads the bytes.
///
/// The photo is copied, so that it is in memory twice for a moment. Nothing is waited for meanwhile, so this happens to as many forms at a
/// time as the gateway has threads.
async fn read_parts(parts: Parts, bytes: Vec<u8>, app: &App) -> Result<FormParts, Problem> {
    const MALFORMED: Problem = Problem::RequestMalformed { reason: MalformedReason::Field };
    let mut request = Request::from_parts(parts, Body::from(bytes));
    // The body was read within its own limits.
    DefaultBodyLimit::disable().apply(&mut request);
    let mut multipart = Multipart::from_request(request, &()).await.map_err(|_| MALFORMED)?;
    let mut form = FormParts { photo: Vec::new(), has_file: false, fields: Vec::new() };
    while let Some(part) = multipart.next_field().await.map_err(|_| MALFORMED)? {
        if form.fields.len() == MAX_PARTS {
            return Err(MALFORMED);
        }
        let name = part.name().unwrap_or_default().to_owned();
        let is_photo = name == "photo";
        form.has_file |= is_photo && part.file_name().is_some_and(|file| !file.is_empty());
        let content = part.bytes().await.map_err(|_| MALFORMED)?;
        // With two photos it would not be clear which one has been checked.
        if is_photo && !form.photo.is_empty() && !content.is_empty() {
            return Err(MALFORMED);
        }
        if is_photo && content.len() as u64 > app.photo_body.max_bytes {
            return Err(too_large(app));
        }
        if is_photo {
            form.photo = if form.photo.is_empty() { content.into() } else { form.photo };
        } else {
            let text = String::from_utf8(content.into()).ok().filter(|text| text.len() <= FIELD_BYTES);
            form.fields.push((name, text.ok_or(MALFORMED)?));
        }
    }
    Ok(form)
}

fn too_large(app: &App) -> Problem {
    Problem::PhotoTooLarge { limit_bytes: app.photo_body.max_bytes }
}
