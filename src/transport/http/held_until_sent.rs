//! Something that an answer needs until its last byte is sent.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// A value that the connection keeps until the answer with it among its extensions is sent, or the connection ends. The answer's body is
/// no place for it: hyper drops that as soon as it has its last piece, which may then wait for hours to be sent.
#[derive(Clone)]
pub struct HeldUntilSent(#[expect(dead_code, reason = "kept for its end")] Arc<dyn Any + Send + Sync>);

impl HeldUntilSent {
    /// Holds `value`.
    pub fn new(value: impl Send + Sync + 'static) -> Self {
        Self(Arc::new(value))
    }
}

impl fmt::Debug for HeldUntilSent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HeldUntilSent")
    }
}
