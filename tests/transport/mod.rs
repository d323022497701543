//! The line, over real TCP and TLS on the loopback interface.

skip_in!(postgres: "has no database");

mod configuration;
mod curl;
mod handshake;
mod limits;
mod line;
mod revocation;
mod stopping;
mod without_certificate;
