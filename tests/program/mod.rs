//! The programs from outside: what a shell, a browser, a studio's software and an attacker see of them.

skip_in!(quick, postgres: "starts the programs, with databases of their own");

mod administration;
mod check;
mod contracts;
mod curl;
#[cfg(target_os = "linux")]
mod descriptors;
mod fachverfahren;
mod fleet;
#[cfg(target_os = "linux")]
mod full_disk;
mod limits;
mod log;
#[cfg(target_os = "linux")]
mod memory;
mod profiles;
mod revocation;
mod rolling;
mod start;
mod stopping;
mod strangers;
mod studio;
