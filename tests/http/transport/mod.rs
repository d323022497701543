//! Connections over real TCP and TLS on the loopback interface.

skip_in!(postgres: "has no database");

mod anonymous_callers;
mod browsers;
mod configuration;
mod curl;
mod exchanges;
mod full_listener;
mod handshake;
mod limits;
mod plain_http;
mod proxy_protocol;
mod revocation;
mod shutdown;
mod test_listener;
