//! The running gateway: start, listeners, routes, background tasks and reloading of certificates.

mod addresses;
pub mod background;
pub mod checkpoint_files;
pub mod checkpoint_signer;
pub mod faults;
pub mod file_descriptors;
mod issuer_files;
pub mod memory_dumps;
pub mod reload;
mod revocation_list_publisher;
pub mod routes;
pub mod secret_file;
pub mod start;
pub mod start_error;
mod trust_files;
pub mod watermark;

pub use addresses::Addresses;
pub use reload::ReloadHandle;
pub use start::{RunningGateway, start, start_with_faults};
pub use start_error::StartError;
