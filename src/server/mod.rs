//! The running gateway: its listeners, its routers and its upkeep, put together from a configuration.

pub mod descriptors;
mod publish;
pub mod reload;
pub mod routes;
pub mod secret_file;
pub mod start;
mod trust_files;
pub mod upkeep;

pub use reload::Reload;
pub use start::{Addresses, RunningGateway, StartError, start};
