//! What several subjects need to be tested.

pub mod fake_gateway;
pub mod jpeg;
pub mod photos;
pub mod pki;
pub mod portraits;
