//! What several subjects need to be tested.

pub mod pki;
