//! What is remembered, and the promise that it is: one contract, and a store that keeps it.

pub mod contract;
pub mod enrolment_steps;
pub mod sqlite;
pub mod steps;

pub use contract::{Store, StoreError};
pub use sqlite::SqliteStore;
