//! Values of options that several commands have.

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::receipt::citizen_receipt::Paper;

impl ValueEnum for Paper {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::A6, Self::Roll80]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::A6 => PossibleValue::new("a6").help("DIN A6, upright"),
            Self::Roll80 => PossibleValue::new("roll80").help("The roll of a receipt printer, 80 mm wide"),
        })
    }
}

/// The text with which a user enters `value`.
pub(super) fn argument_text(value: impl ValueEnum) -> String {
    value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}
