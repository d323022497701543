//! Pushes to a gateway that misbehaves on request.

skip_in!(postgres: "has no database");

#[cfg(all(unix, feature = "failpoints"))]
mod after_deposit;
mod command;
#[cfg(feature = "failpoints")]
mod crash;
mod earlier_deposits;
mod proxy;
mod push;
mod push_studio;
#[cfg(unix)]
mod real_gateway;
mod spool;
mod tls_refusals;
