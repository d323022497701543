//! The running gateway: its listeners, its routers and its upkeep, put together from a configuration.

pub mod descriptors;
mod issuance;
pub mod routes;
pub mod secret_file;
pub mod start;
pub mod upkeep;

pub use start::{Addresses, RunningGateway, StartError, start};
