//! Broken connections, killed programs, full disks, databases that are away or went back in time.

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
