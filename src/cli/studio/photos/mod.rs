//! `lichtbild-studio photos` and `lichtbild-studio withdraw`: photos after their deposit.

pub mod list;
pub(in crate::cli::studio) mod texts;
pub mod withdraw;
