//! Errors in what a caller entered, by the names under which `problems.ftl` explains them.

use serde::Serializer;
use strum::IntoStaticStr;

use super::misfit::{Misfit, MisfitError};
use crate::domain::code::foreign_content::ForeignContent;
use crate::domain::code::keyboard_fault::KeyboardFault;
use crate::domain::code::retrieval_code::{CodeError, SymbolPosition};
use crate::domain::display_text::{HiddenCharacter, readable_character};
use crate::texts::language::Language;
use crate::texts::{FluentValue, text};

/// Reason why a request does not fit the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum MalformedReason {
    /// `Host` is missing, repeated, or not a host (RFC 9112 section 3.2).
    Host,
    /// The body ends before the JSON does.
    TruncatedJson,
    /// The body is not JSON from this place on.
    InvalidJson {
        line: usize,
        column: usize,
    },
    /// The body is JSON, but not an object.
    NoObject,
    /// A field is missing, unknown, or of the wrong type.
    Field,
    /// The same, with what is known about it.
    JsonField(MisfitError),
    /// A query parameter is unknown, repeated, or unreadable. The address takes the parameters in `allowed`, at least one.
    Query {
        allowed: &'static [&'static str],
    },
    /// A known query parameter is repeated or unreadable.
    QueryField(MisfitError),
    /// `Last-Event-ID` is no cursor of events.
    LastEventId,
    /// `until` is not a date.
    Date,
    /// `note` holds a control character or an invisible one; `hidden` is the first of them.
    Note {
        hidden: HiddenCharacter,
    },
    NoteWithCode,
    /// The body is not a certificate request.
    CertificateRequest,
    /// The field is not 64 hexadecimal digits.
    Hexadecimal {
        field: &'static str,
    },
}

impl MalformedReason {
    /// Name of the texts about this reason, after `request-malformed-`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::JsonField(MisfitError { misfit: Misfit::Missing, .. }) => "field-missing",
            Self::JsonField(MisfitError { misfit: Misfit::Unknown, .. }) => "field-unknown",
            Self::JsonField(MisfitError { misfit: Misfit::Repeated, .. }) => "field-repeated",
            Self::JsonField(MisfitError { misfit: Misfit::Value, field: None, .. }) => "field",
            Self::JsonField(MisfitError { misfit: Misfit::Value, .. }) => "field-value",
            Self::QueryField(MisfitError { misfit: Misfit::Missing, .. }) => "query-missing",
            Self::QueryField(MisfitError { misfit: Misfit::Repeated, .. }) => "query-repeated",
            Self::QueryField(MisfitError { misfit: Misfit::Value | Misfit::Unknown, .. }) => "query-value",
            other => other.into(),
        }
    }

    /// The field that the answer names: a name of the interface, never one that the caller sent.
    pub fn field(self) -> Option<&'static str> {
        match self {
            Self::JsonField(misfit) | Self::QueryField(misfit) => misfit.field,
            Self::Hexadecimal { field } => Some(field),
            Self::LastEventId => Some("Last-Event-ID"),
            Self::Date => Some("until"),
            Self::Note { .. } | Self::NoteWithCode => Some("note"),
            _ => None,
        }
    }

    /// Values or names that the interface lists; empty if it lists none.
    fn allowed(self) -> &'static [&'static str] {
        match self {
            Self::JsonField(misfit) | Self::QueryField(misfit) => misfit.allowed,
            Self::Query { allowed } => allowed,
            _ => &[],
        }
    }

    /// Writes the members of the problem: `field` and `allowed`.
    pub(super) fn members<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serde_json::Map::new();
        members.extend(self.field().map(|field| ("field".to_owned(), field.into())));
        if !self.allowed().is_empty() {
            members.insert("allowed".to_owned(), self.allowed().into());
        }
        serializer.collect_map(members)
    }

    pub(super) fn values(self, language: Language) -> Vec<(&'static str, FluentValue<'static>)> {
        match self {
            Self::InvalidJson { line, column } => vec![("line", line.into()), ("column", column.into())],
            Self::Note { hidden } => {
                vec![("number", hidden.number().into()), ("position", hidden.position.into())]
            }
            Self::Query { allowed } => vec![("names", names(allowed, language).into())],
            Self::JsonField(MisfitError { misfit: Misfit::Unknown, allowed, .. }) => {
                vec![("names", names(allowed, language).into())]
            }
            Self::JsonField(MisfitError { field, allowed, .. })
            | Self::QueryField(MisfitError { field, allowed, .. }) => {
                let allowed = match allowed {
                    [] => String::new(),
                    allowed => {
                        let names = names(allowed, language);
                        format!(" {}", text!(language, "problem-request-malformed-field.allowed", names = names))
                    }
                };
                vec![("field", field.unwrap_or_default().into()), ("allowed", allowed.into())]
            }
            Self::Hexadecimal { field } => vec![("field", field.into())],
            _ => Vec::new(),
        }
    }
}

/// Names in a sentence, with "and" before the last.
pub(super) fn names(names: &[&str], language: Language) -> String {
    match names {
        [first @ .., last] if !first.is_empty() => {
            text!(language, "problem-request-malformed-query.names", first = first.join(", "), last = *last)
        }
        names => names.join(", "),
    }
}

/// Texts about an error in a code: their name in `problems.ftl`, after `code-malformed-`, and their values.
#[derive(Debug)]
pub(super) struct CodeDetail {
    pub(super) name: &'static str,
    values: Vec<(&'static str, FluentValue<'static>)>,
}

impl CodeDetail {
    /// The texts about `error`.
    pub(super) fn of(error: CodeError) -> Self {
        let (name, values) = match error {
            CodeError::Length { symbols: 0 } => ("empty", Vec::new()),
            CodeError::Length { symbols } => ("length", vec![("symbols", symbols.into())]),
            CodeError::GroupLength { group, symbols } => {
                ("group-length", vec![("group", group.into()), ("symbols", symbols.into())])
            }
            CodeError::UnknownCharacter { character, place: Some(SymbolPosition { group, position }) } => {
                let character = readable_character(character);
                (
                    "character",
                    vec![("character", character.into()), ("group", group.into()), ("position", position.into())],
                )
            }
            CodeError::UnknownCharacter { character, place: None } => {
                ("misplaced-character", vec![("character", readable_character(character).into())])
            }
            CodeError::SwappedLayout => ("swapped-layout", Vec::new()),
            CodeError::CheckSymbol => ("check-symbol", Vec::new()),
            CodeError::Keyboard(KeyboardFault::HyphenAsEszett) => ("eszett", Vec::new()),
            CodeError::Keyboard(KeyboardFault::ShiftLock) => ("shift-lock", Vec::new()),
            CodeError::Keyboard(KeyboardFault::French) => ("french", Vec::new()),
            CodeError::Foreign(ForeignContent::CloudPhoto) => ("cloud-photo", Vec::new()),
            CodeError::Foreign(ForeignContent::WebAddress) => ("web-address", Vec::new()),
            CodeError::Foreign(ForeignContent::ArticleNumber) => ("article-number", Vec::new()),
            CodeError::Foreign(ForeignContent::Other { characters }) => {
                ("other-symbol", vec![("characters", characters.into())])
            }
        };
        Self { name, values }
    }

    /// The values, with the names of the code and of the paper that it is printed on.
    pub(super) fn values_for(self, kind: &str, language: Language) -> Vec<(&'static str, FluentValue<'static>)> {
        let mut values = self.values;
        values.push(("kind", text!(language, format!("problem-{kind}.kind")).into()));
        values.push(("paper", text!(language, format!("problem-{kind}.paper")).into()));
        values
    }
}
