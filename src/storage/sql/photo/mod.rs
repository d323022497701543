//! Statements about photos and their collections.

pub mod collect;
pub mod deposit;
pub mod photo_counts;
pub mod photos;
pub mod quarantine;
pub mod row_mapping;
pub mod settle;
pub mod sweep;
mod wrong_codes;
