//! Sweeping: what time demands, and the keys of times that are over.

use super::Gateway;
use crate::sealing::KeyFile;
use crate::storage::StoreError;
use crate::storage::contract::SweepReport;

/// Sweeps until nothing is left to do, and lets erased bytes leave the files.
///
/// # Errors
/// [`StoreError`] when the store cannot be used; what was swept until then stays swept.
pub async fn sweep(gateway: &Gateway) -> Result<SweepReport, StoreError> {
    let mut total = SweepReport::default();
    loop {
        let batch = gateway.store.sweep(gateway.now()).await?;
        total.lapsed += batch.lapsed;
        total.used_by_default += batch.used_by_default;
        total.expired += batch.expired;
        if !batch.did_something() {
            break;
        }
    }
    gateway.store.purge_erased().await?;
    Ok(total)
}

/// Takes dead epoch keys out of use; the file without them is what must be written in the old one's place.
pub fn retire_dead_epochs(gateway: &Gateway) -> Option<KeyFile> {
    let alive = gateway.keys().without_dead_epochs(gateway.now(), gateway.rules.longest_retention())?;
    gateway.replace_keys(alive.clone());
    Some(alive)
}
