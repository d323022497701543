//! The option `--lang` of both programs.

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::texts::language::Language;

impl ValueEnum for Language {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::German, Self::English]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::German => "German",
            Self::English => "English",
        };
        Some(PossibleValue::new(self.tag()).help(help))
    }
}
