//! What the tests share.

pub mod jpeg;
pub mod photos;
