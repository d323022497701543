//! Problems: every refusal of the gateway, as `application/problem+json` (RFC 9457).
//!
//! A new problem needs a row in `spec.rs`, its title, detail, cause and remedy in both `problems.ftl`, and a line in `mapping.rs` for the error
//! that causes it. `help` explains every type at `/problems/TYPE`, to which every problem has a link.

pub mod help;
mod mapping;
pub mod misfit;
mod request_errors;
mod spec;
mod text_values;

use axum::http::header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use strum::EnumProperty;

use crate::clock::Timestamp;
use crate::domain::local_time::{date_and_time, date_in_sentence, short_time, time_in_sentence};
use crate::texts::language::Language;
use crate::texts::{format_text, has_text, text};
use crate::wire::finding::FindingBody;
use crate::wire::problem::{PROBLEM_JSON, ProblemBody, RepeatAdvice};

pub use self::request_errors::MalformedReason;
pub use self::spec::Problem;
use self::spec::ProblemRow;
use self::text_values::whole_seconds;

/// A problem in the words of the desk.
pub struct DeskProblem {
    pub title: String,
    /// Cause of the problem and what the clerk can do.
    pub explanation: String,
    /// Sentence that the clerk can say to the citizen now.
    pub say_to_citizen: Option<String>,
}

/// A problem in the words of the studio pages.
pub struct StudioProblem {
    pub title: String,
    /// Cause of the problem and what the photographer can do.
    pub explanation: String,
}

impl ProblemRow {
    fn status(self) -> StatusCode {
        let status = self.get_int("status").and_then(|status| u16::try_from(status).ok());
        status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Seconds, if they are the same in every case.
    fn retry_after(self) -> Option<u64> {
        self.get_int("retry_after").and_then(|seconds| u64::try_from(seconds).ok())
    }

    fn repeat(self) -> RepeatAdvice {
        match self.get_str("repeat") {
            Some("now") => RepeatAdvice::Now,
            Some("later") => RepeatAdvice::Later,
            _ => RepeatAdvice::Never,
        }
    }
}

impl Problem {
    /// The `type` that other programs see.
    pub fn kind(&self) -> &'static str {
        self.into()
    }

    /// True for a refusal of the caller's device or certificate, which another request with the same certificate gets too.
    pub const fn is_about_device(&self) -> bool {
        matches!(
            self,
            Self::DeviceRevoked { .. }
                | Self::DeviceUnknown
                | Self::CertificateExpired { .. }
                | Self::CertificateUnusable { .. }
        )
    }

    fn row(&self) -> ProblemRow {
        self.into()
    }

    fn status(&self) -> StatusCode {
        self.row().status()
    }

    /// Seconds after which a repeat of the request can succeed.
    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::TooManyRequests { wait } | Self::TooManyCodes { wait } | Self::RenewalTooSoon { wait } => {
                Some(whole_seconds(*wait))
            }
            _ => self.row().retry_after(),
        }
    }

    fn closes_connection(&self) -> bool {
        let is_host = matches!(self, Self::RequestMalformed { reason: MalformedReason::Host });
        is_host || self.row().get_bool("close").unwrap_or(false)
    }

    /// Explains what happened in this case and what to do about it.
    ///
    /// Times are those of Germany, as clerks and photographers read them; programs find them in the extensions (RFC 3339).
    pub fn detail(&self, language: Language) -> String {
        self.text("detail", language, None).unwrap_or_default()
    }

    fn title(&self, language: Language) -> String {
        self.text("title", language, None).unwrap_or_default()
    }

    /// The text for a clerk; if the desk has no text for this problem, the one for programs. Times of the current day are shown
    /// without the date.
    pub fn at_desk(&self, language: Language, now: Timestamp) -> DeskProblem {
        let text = |attribute| self.text(attribute, language, Some(now));
        DeskProblem {
            title: text("desk-title").unwrap_or_else(|| self.title(language)),
            explanation: text("desk").unwrap_or_else(|| self.detail(language)),
            say_to_citizen: text("say"),
        }
    }

    /// The text for a photographer at a studio page; if there is none, the one for programs.
    pub fn at_studio(&self, language: Language) -> StudioProblem {
        StudioProblem {
            title: self.text("studio-title", language, None).unwrap_or_else(|| self.title(language)),
            explanation: self.text("studio", language, None).unwrap_or_else(|| self.detail(language)),
        }
    }

    /// The text of this case, or else that of the type; `None` if there is neither.
    fn text(&self, attribute: &str, language: Language, now: Option<Timestamp>) -> Option<String> {
        // Retrieval codes and enrolment codes share the texts about their errors.
        let family = match self {
            Self::EnrolmentCodeMalformed { .. } => "code-malformed",
            _ => self.kind(),
        };
        let of_case = self.case().map(|case| format!("problem-{family}-{case}.{attribute}"));
        let of_type = format!("problem-{}.{attribute}", self.kind());
        let id = of_case.into_iter().chain([of_type]).find(|id| has_text(id))?;
        let mut values = self.values(language);
        if let Some(time) = self.time() {
            let [at, until] = match now {
                Some(now) => [time_in_sentence(time, now, language), short_time(time, now, language)],
                None => [date_in_sentence(time, language), date_and_time(time, language)],
            };
            values.extend([("at", at.into()), ("until", until.into())]);
        }
        Some(format_text(language, &id, &values))
    }

    /// The members that this problem adds to the body (RFC 9457 section 3.2).
    fn extensions(&self, language: Language, cause: ProblemCause) -> serde_json::Map<String, serde_json::Value> {
        let members = match self {
            Self::PhotoRefused { findings } => serde_json::json!({ "findings": FindingBody::all(findings, language) }),
            _ => serde_json::to_value(self).unwrap_or_default(),
        };
        let mut members = members.as_object().cloned().unwrap_or_default();
        if cause == ProblemCause::TestCode || matches!(self, Self::CodeIsTest { .. }) {
            members.insert("test".to_owned(), true.into());
        }
        members
    }

    /// The response in the caller's language.
    pub(super) fn render(&self, language: Language, cause: ProblemCause) -> Response {
        let mut detail = self.detail(language);
        if cause == ProblemCause::TestCode && !matches!(self, Self::CodeIsTest { .. }) {
            detail = format!("{detail} {}", text!(language, "problem-code-is-test.note"));
        }
        let body = ProblemBody {
            kind: self.kind().to_owned(),
            title: self.title(language),
            status: self.status().as_u16(),
            detail,
            extensions: self.extensions(language, cause),
        };
        self.response_with(|status| {
            let text = serde_json::to_vec(&body).unwrap_or_default();
            let head = [(CONTENT_TYPE, PROBLEM_JSON), (CACHE_CONTROL, "no-store")];
            (status, head, text).into_response()
        })
    }

    /// The response that `draw` makes for this problem's status, with the headers that belong to the problem.
    pub fn response_with(&self, draw: impl FnOnce(StatusCode) -> Response) -> Response {
        let mut response = draw(self.status());
        response.extensions_mut().insert(ProblemType(self.kind()));
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after() {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status() == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"lichtbild enrolment\""));
        }
        if self.closes_connection() {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

/// The type of the problem in a response, as an extension of the response for the log.
#[derive(Debug, Clone, Copy)]
pub struct ProblemType(pub &'static str);

/// Reason why the gateway answers a problem, as an extension of the response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum ProblemCause {
    #[default]
    Request,
    /// The caller sent a code that provokes this problem.
    TestCode,
}

/// A problem that a test code provokes. Its body says so.
pub(super) struct TestProblem(pub(super) Problem);

impl IntoResponse for TestProblem {
    fn into_response(self) -> Response {
        let mut response = self.0.into_response();
        response.extensions_mut().insert(ProblemCause::TestCode);
        response
    }
}

impl IntoResponse for Problem {
    /// The problem as an extension only: `negotiate::render_problems` knows the caller's language and writes the body.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests;
