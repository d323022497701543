//! Connections to the gateway: proxies, load balancers, wrong addresses and impostors.

#[cfg(unix)]
mod behind_forwarder;
mod impostor_gateway;
mod proxy;
mod wrong_address;
