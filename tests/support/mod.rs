//! What several subjects need to be tested.

pub mod caller;
#[cfg(unix)]
pub mod cluster;
pub mod curl;
pub mod device;
pub mod enrolment;
pub mod exif;
pub mod fake_gateway;
#[cfg(unix)]
pub mod filling;
pub mod gateway;
pub mod jpeg;
pub mod ledger;
pub mod photos;
pub mod pki;
pub mod portraits;
pub mod process;
pub mod records;
#[cfg(unix)]
pub mod sealer;
pub mod variants;
