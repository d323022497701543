//! Neural networks of a few million multiplications, which process one picture in a few milliseconds.
//!
//! ```text
//! model file --> tflite (reader) --> compile, operators (check every shape, fuse) --> Network --> layer (vector arithmetic)
//! ```
//! A network is checked once, when it is loaded: a damaged or inconsistent file gives an error. After that a run cannot fail.
//! Only the operators of the models in `src/validation/face/models` are supported.
//!
//! Own code, because the available libraries cost more than they save; `docs/judge.md` has the comparison.

mod buffers;
mod compile;
mod feature_map;
#[cfg(test)]
mod hostile_model_tests;
mod layer;
mod network;
mod operators;
#[cfg(test)]
mod tests;
mod tflite;

pub use network::{Network, SimdLevel};

/// Reason why a model file cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ModelError(&'static str);

impl ModelError {
    /// For callers that expect a different network than the file contains.
    pub const fn new(reason: &'static str) -> Self {
        Self(reason)
    }
}
