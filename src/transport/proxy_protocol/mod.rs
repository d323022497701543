//! PROXY protocol: a load balancer that passes TCP on writes the client's address before the client's first byte.
//!
//! `listed_peers` has the load balancers that the gateway believes, and `header` reads what they write.

pub mod header;
pub mod listed_peers;
