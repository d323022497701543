//! `--child` and `--exception`: the studio's declaration about the person in the photo.

use clap::{Args, ValueEnum};

use super::options::argument_text;
use crate::domain::photo::declaration::{Declaration, Exception, Subject};

/// Arguments of the declaration, for checks and deposits.
// Each command already has an argument group of this name.
#[derive(Args)]
#[group(skip)]
pub struct Arguments {
    /// The person is a child of this age: a smaller face is accepted, and any pose of an infant
    #[arg(long, value_name = "AGE")]
    child: Option<ChildAge>,
    /// Reason why the rules for the face cannot be met: findings become advice, and the clerk decides
    #[arg(long, value_name = "REASON")]
    exception: Option<ExceptionReason>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ChildAge {
    /// Under ten years
    Under10,
    /// Under six years
    Under6,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ExceptionReason {
    /// An illness or a disability
    Medical,
    /// A head covering, for example
    Religious,
}

impl Arguments {
    /// The arguments as a user types them.
    pub fn to_arguments(&self) -> Vec<(&'static str, String)> {
        let child = self.child.map(|age| ("--child", argument_text(age)));
        child.into_iter().chain(self.exception.map(|reason| ("--exception", argument_text(reason)))).collect()
    }

    /// The declaration; `None` if neither argument was given.
    pub fn to_declaration(&self) -> Option<Declaration> {
        let subject = match self.child {
            None => Subject::Adult,
            Some(ChildAge::Under10) => Subject::Under10,
            Some(ChildAge::Under6) => Subject::Under6,
        };
        let exception = match self.exception {
            None => Exception::None,
            Some(ExceptionReason::Medical) => Exception::Medical,
            Some(ExceptionReason::Religious) => Exception::Religious,
        };
        Some(Declaration { subject, exception }).filter(|declaration| !declaration.is_ordinary())
    }
}
