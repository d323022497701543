//! What several tests stand on.

pub mod fake_gateway;
