//! Studio pages, one per file.

pub mod check;
pub mod deposit;
mod ended;
pub mod language;
pub mod problem_page;
pub mod receipt;
