//! Checks of a photo: their stable names, their texts for people, and the findings of those that are not met.

pub mod finding;
pub mod quantity;
pub mod terms;

mod checks;
mod texts;

pub use checks::{Check, FindingDetail};
