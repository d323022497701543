//! The programs from outside: what a shell, a browser, a studio's software and an attacker see of them.

skip_in!(quick, postgres: "starts the programs, with databases of their own");

mod administration;
mod contracts;
mod counter_certificates;
mod events;
mod file_descriptors;
mod fleet;
#[cfg(target_os = "linux")]
mod full_disk;
mod limits;
mod local_times;
mod log;
#[cfg(target_os = "linux")]
mod memory;
#[cfg(target_os = "linux")]
mod memory_dumps;
mod profiles;
mod revocation;
mod rolling_restart;
mod shutdown;
mod startup_errors;
#[cfg(unix)]
mod systemd_unit;
