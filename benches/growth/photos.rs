//! Photos of the tests, of which a benchmark needs few.

#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/support/photos/jpeg.rs"]
pub mod jpeg;
