//! Checks of a photo: their stable names, their labels and sentences for people, and the findings of those that are not met.

pub mod detail;
pub mod finding;
pub mod quantity;
pub mod terms;

mod checks;
mod detail_texts;
mod labels;
mod texts;

pub use checks::Check;
