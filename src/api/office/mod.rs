//! The office listener's routes.

pub mod collections;
pub mod me;
pub mod photo;
pub mod settle;
mod test_answer;
