//! The running gateway: its listeners, its routers and its upkeep, put together from a configuration.

pub mod checkpoint_files;
pub mod checkpoints;
pub mod descriptors;
mod issuance;
mod publish;
pub mod reload;
pub mod routes;
pub mod secret_file;
pub mod start;
pub mod start_error;
mod trust_files;
pub mod upkeep;
pub mod watermark;

pub use reload::ReloadHandle;
pub use start::{Addresses, RunningGateway, start};
pub use start_error::StartError;
