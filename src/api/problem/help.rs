//! Explanations of problem types: cause and remedy of each. They have no values of one case, so that they are the same for every caller.

use axum::extract::Request;
use axum::http::header::LINK;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use strum::{EnumProperty, VariantArray};

use super::ProblemType;
use super::spec::ProblemRow;
use crate::texts::language::Language;
use crate::texts::text;
use crate::wire::problem::{ProblemHelpBody, RepeatAdvice};

/// Path of the list of all types. The explanation of a type is below it, under the type.
pub const HELP_ROOT: &str = "/problems/";

/// Explanation of a problem type.
#[derive(Debug, Clone, Copy)]
pub struct ProblemHelp(ProblemRow);

impl ProblemHelp {
    /// `None` if no problem has this type.
    pub fn find(kind: &str) -> Option<Self> {
        ProblemRow::VARIANTS.iter().copied().map(Self).find(|help| help.kind() == kind)
    }

    /// The `type` of the problem.
    pub fn kind(self) -> &'static str {
        self.0.into()
    }

    pub fn status(self) -> StatusCode {
        self.0.status()
    }

    /// Seconds, if they are the same in every case.
    pub fn retry_after(self) -> Option<u64> {
        self.0.retry_after()
    }

    pub fn repeat(self) -> RepeatAdvice {
        self.0.repeat()
    }

    pub fn title(self, language: Language) -> String {
        text!(language, format!("problem-{}.title", self.kind()))
    }

    pub fn cause(self, language: Language) -> String {
        text!(language, format!("problem-{}.cause", self.kind()))
    }

    pub fn remedy(self, language: Language) -> String {
        text!(language, format!("problem-{}.remedy", self.kind()))
    }

    pub fn body(self, language: Language) -> ProblemHelpBody {
        ProblemHelpBody {
            kind: self.kind().to_owned(),
            status: self.status().as_u16(),
            repeat: self.repeat(),
            title: self.title(language),
            cause: self.cause(language),
            remedy: self.remedy(language),
        }
    }
}

/// Problem types of one subject.
#[derive(Debug)]
pub struct ProblemGroup {
    name: &'static str,
    pub problems: Vec<ProblemHelp>,
}

impl ProblemGroup {
    /// All types, each once, in the order of their rows.
    pub fn all() -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        for help in ProblemRow::VARIANTS.iter().copied().map(ProblemHelp) {
            if let Some(name) = help.0.get_str("group") {
                groups.push(Self { name, problems: Vec::new() });
            }
            // Two rows may have one type.
            if let Some(group) = groups.last_mut()
                && !group.problems.iter().any(|known| known.kind() == help.kind())
            {
                group.problems.push(help);
            }
        }
        groups
    }

    pub fn title(&self, language: Language) -> String {
        text!(language, format!("problem-group-{}", self.name))
    }
}

/// Adds a link to the explanation (RFC 8288) to every response that is a problem. It is relative to the address of the request, so that it is
/// right behind a load balancer too.
pub async fn link_help(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if let Some(ProblemType(kind)) = response.extensions().get()
        && let Ok(link) = HeaderValue::from_str(&format!("<{HELP_ROOT}{kind}>; rel=\"help\""))
    {
        response.headers_mut().append(LINK, link);
    }
    response
}
