//! Broken connections, killed programs, full disks, and databases that are down or went back in time.

mod broken_connections;
mod cancelled_requests;
#[cfg(unix)]
mod database_rollback;
#[cfg(unix)]
mod degraded_storage;
#[cfg(all(unix, feature = "failpoints"))]
mod faults;
#[cfg(feature = "failpoints")]
mod killed_gateway;
