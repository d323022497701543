//! Test photos, of which the benchmarks need only a few.

#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/support/photos/jpeg.rs"]
pub mod jpeg;
