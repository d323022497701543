//! A value that lives until the last byte of a response is sent.

use std::any::Any;
use std::sync::Arc;

/// A response extension that the connection keeps until the response is sent or the connection ends. The body cannot keep it: hyper drops
/// a body when it has taken the last piece, which may then wait for hours to be sent.
#[derive(Debug, Clone)]
pub struct HeldUntilSent(#[expect(dead_code, reason = "kept for its end")] Arc<dyn Any + Send + Sync>);

impl HeldUntilSent {
    pub fn new(value: impl Send + Sync + 'static) -> Self {
        Self(Arc::new(value))
    }
}
