//! Admission of photos, before the gateway reads any of their bytes.

use crate::domain::party::Caller;
use crate::flows::authenticate::StudioCaller;
use crate::flows::gateway::Gateway;
use crate::limits::memory_shares::{MemoryError, MemoryPermit};
use crate::limits::rate_limiter::RateLimited;

/// Admits an upload of up to `bytes` before any of it is read, so that a refusal costs no transfer.
pub fn admit(gateway: &Gateway, studio: &StudioCaller, bytes: u64) -> Result<UploadPermit, AdmissionError> {
    let memory = admit_bytes(gateway, studio, bytes).map_err(AdmissionError::Memory)?;
    gateway.upload_limiter.acquire(studio.device_id, gateway.now()).map_err(AdmissionError::RateLimited)?;
    Ok(UploadPermit(memory))
}

pub(super) fn admit_bytes(gateway: &Gateway, caller: &Caller, bytes: u64) -> Result<PhotoMemory, MemoryError> {
    gateway.photo_memory.acquire(caller.party.party_id, caller.device_id, bytes).map(PhotoMemory)
}

/// Memory of a photo, which is free again when this is dropped.
#[derive(Debug)]
pub struct PhotoMemory(#[expect(dead_code, reason = "kept for its end")] MemoryPermit);

/// An admitted upload. Functions that take it cannot run without admission.
#[derive(Debug)]
pub struct UploadPermit(#[expect(dead_code, reason = "kept for its end")] PhotoMemory);

/// Reason why an upload was not admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdmissionError {
    RateLimited(RateLimited),
    Memory(MemoryError),
}
