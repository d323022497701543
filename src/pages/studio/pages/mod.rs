//! Studio pages, one per file.

pub mod check;
pub mod computer;
pub mod deposit;
mod ended;
pub mod language;
pub mod photo;
pub mod photos;
pub mod problem_page;
pub mod receipt;
pub mod renewal;
pub mod withdraw;
