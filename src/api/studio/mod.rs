//! The studio listener's routes.

pub mod check;
mod declaration;
pub mod deposit;
pub mod me;
pub mod photos;
pub mod profile;
