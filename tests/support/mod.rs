//! Helpers for tests of several subjects.

pub mod api_description;
pub mod curl;
pub mod database_inspector;
pub mod enrolment;
pub mod fake_gateway;
pub mod gateway_process;
pub mod https_client;
pub mod photos;
pub mod pki;
#[cfg(unix)]
pub mod postgres;
#[cfg(all(target_os = "linux", feature = "failpoints"))]
pub mod process_memory;
pub mod proxies;
pub mod raw_database;
pub mod router_client;
#[cfg(unix)]
pub mod seed_data;
#[cfg(unix)]
pub mod server_pair;
pub mod test_gateway;
#[cfg(unix)]
pub mod test_sealer;
