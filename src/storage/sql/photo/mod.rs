//! Statements about photos and their collections.
//!
//! ```text
//! sweep, settle, withdraw, collect -> collections -> photos -> row_mapping
//! new_refusals                     -> row_mapping
//! settle, collect                  -> collection_devices
//! desk                             -> collections, collection_devices
//! collect                          -> quarantine, wrong_codes
//! ```

pub mod collect;
pub mod collection_devices;
pub mod collections;
pub mod deposit;
pub mod desk;
pub mod new_refusals;
pub mod photo_counts;
pub mod photos;
pub mod quarantine;
pub mod row_mapping;
pub mod settle;
pub mod sweep;
pub mod withdraw;
mod wrong_codes;
