//! Neural networks of a few million multiplications, run on one picture in a few milliseconds.
//!
//! ```text
//! model file --> tflite (reader) --> compile, operators (check every shape, fuse) --> Network --> layer (vector arithmetic)
//! ```
//! A network is checked once, as it is loaded: a file that is damaged or does not fit together gives an error. After that a run
//! cannot fail. Only the operators that the models in `src/validation/face/models` use are known.
//!
//! Own code, because the libraries at hand cost more than they give here: see `docs/judge.md` for the comparison.

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
    /// For callers that expect another network than the file contains.
    pub const fn new(reason: &'static str) -> Self {
        Self(reason)
    }
}
