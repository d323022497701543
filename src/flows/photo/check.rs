//! Checks a photo without a deposit.

use std::sync::Arc;

use super::upload_permit::UploadPermit;
use crate::domain::check::finding::{Finding, Verdict};
use crate::domain::photo::declaration::Declaration;
use crate::flows::authenticate::StudioCaller;
use crate::flows::gateway::Gateway;
use crate::limits::worker_pool::WorkerError;
use crate::validation::judge::{CheckOutcome, Measurements, check_photo};

/// Result of a check without a deposit.
pub struct CheckResult {
    pub verdict: Verdict,
    pub findings: Vec<Finding>,
    pub measurements: Measurements,
    /// The photo, for a caller that shows it.
    pub bytes: Vec<u8>,
    /// Counts the photo's memory as long as the caller keeps it.
    pub permit: UploadPermit,
}

/// Checks a photo. Nothing of it is stored.
pub async fn check(
    gateway: &Gateway,
    studio: &StudioCaller,
    admitted: UploadPermit,
    bytes: Vec<u8>,
    declaration: Declaration,
) -> Result<CheckResult, WorkerError> {
    let (profile, now) = (Arc::clone(&gateway.profile), gateway.now());
    let outcome = gateway
        .workers
        .run(studio.party.party_id, studio.device_id, move || (check_photo(&bytes, &profile, declaration, now), bytes))
        .await?;
    let (CheckOutcome { verdict, findings, measurements }, bytes) = outcome;
    Ok(CheckResult { verdict, findings, measurements, bytes, permit: admitted })
}
