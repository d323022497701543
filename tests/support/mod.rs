//! What the tests share.

#![expect(clippy::unwrap_used, reason = "tests stop at the first thing that is not as expected")]

pub mod fake_gateway;
pub mod jpeg;
pub mod photos;
