//! The way to the gateway: proxies, load balancers, wrong addresses, and others that answer in its place.

#[cfg(unix)]
mod behind_forwarder;
mod impostor_gateway;
mod proxy;
mod wrong_address;
