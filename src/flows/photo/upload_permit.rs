//! Uploads are admitted before any of their bytes are read.

use crate::domain::id::DeviceId;
use crate::flows::authenticate::StudioCaller;
use crate::flows::gateway::Gateway;
use crate::limits::rate_limiter::{RateLimited, RatePermit};

/// Admits an upload of up to `bytes` before any of it is read, so that a refusal costs neither side anything.
///
/// # Errors
/// [`RateLimited`] when the device has used up its minute or has too much under way.
pub fn admit(gateway: &Gateway, studio: &StudioCaller, bytes: u64) -> Result<UploadPermit, RateLimited> {
    gateway.upload_limiter.acquire(studio.device_id, bytes, gateway.now()).map(UploadPermit)
}

/// An upload that was admitted; its place is free again when this is dropped. What takes it can only run for one that was.
#[derive(Debug)]
pub struct UploadPermit(#[expect(dead_code, reason = "kept for its end")] RatePermit<DeviceId>);
