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

use std::fmt;

pub use network::{Network, SimdLevel};

/// The model file cannot be used, and the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModelError(&'static str);

impl ModelError {
    /// For the user of a network who finds that it is not the one it should be.
    pub const fn new(reason: &'static str) -> Self {
        Self(reason)
    }
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for ModelError {}
