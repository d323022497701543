//! Values of options that several commands have.

use clap::ValueEnum;

use crate::receipt::citizen_receipt::Paper;
use crate::texts::language::Language;

/// The language of messages, as an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LanguageArgument {
    /// German
    De,
    /// English
    En,
}

impl From<LanguageArgument> for Language {
    fn from(argument: LanguageArgument) -> Self {
        match argument {
            LanguageArgument::De => Self::German,
            LanguageArgument::En => Self::English,
        }
    }
}

/// Paper that a receipt is printed on, as an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PaperArgument {
    /// DIN A6, upright
    A6,
    /// The roll of a receipt printer, 80 mm wide
    Roll80,
}

impl From<PaperArgument> for Paper {
    fn from(argument: PaperArgument) -> Self {
        match argument {
            PaperArgument::A6 => Self::A6,
            PaperArgument::Roll80 => Self::Roll80,
        }
    }
}

/// A value as it is typed.
pub(super) fn argument_text(value: impl ValueEnum) -> String {
    value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}
