//! Life of a photo: the types that carry the stage of its bytes, and the states of its row.
//!
//! ```text
//! UploadBytes --judge--> JudgedPhoto --seal--> SealedPhoto --store--> receipt
//!                                                               |
//!                                    bytes <--open-- StoredPhoto
//!
//!              collect            settle used ............ used       (erased)
//!  available ----------> leased --settle refused ......... refused    (erased)
//!    |  ^                |   |    settle_within runs out .. used      (erased)
//!    |  |  released,     |   |
//!    |  +-- lapsed ------+   +--settle kept--> kept --collect--> leased (and back to kept when released or lapsed)
//!    |                                          |
//!    +--withdraw--> withdrawn (erased)          |
//!    +--retention runs out--> expired (erased) <+
//! ```
//! A lease lapses only before a hand-over; after it, only the same office can settle the photo.

pub mod availability;
pub mod collection;
pub mod declaration;
pub mod idempotency;
pub mod lease;
pub mod note;
pub mod quarantine;
pub mod retention;
pub mod settlement;
pub mod withdrawal;

mod record;
mod stages;
mod state;
#[cfg(test)]
pub(in crate::domain) mod test_records;

pub use record::PhotoRecord;
pub use stages::{JudgedPhoto, PhotoFacts, SealContext, SealedPhoto, StoredPhoto, UploadBytes};
pub use state::PhotoState;
