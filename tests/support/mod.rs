//! What the tests share.

pub mod fake_gateway;
pub mod jpeg;
pub mod photos;
