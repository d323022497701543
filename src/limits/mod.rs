//! Limits that keep one caller from starving the others.
//!
//! - `rate_limiter`: requests per minute of one caller.
//! - `memory_shares`: bytes of photos in memory, of one device, of one party and in total.
//! - `row_pace`: audit rows about one device in a minute.
//! - `anonymous_callers`: request rate of each address without a certificate, and wrong codes for unknown devices.
//! - `fair_queue`: a bounded queue that serves callers round-robin.
//! - `worker_pool`: threads for photo checks and sealing, behind a fair queue.
//! - `in_flight`: one deposit at a time for each request id.
//!
//! This module knows callers only by a key; it does not depend on HTTP, photos or the database.

pub mod anonymous_callers;
pub mod fair_queue;
pub mod in_flight;
pub mod memory_shares;
pub mod rate_limiter;
pub(crate) mod row_pace;
pub mod worker_pool;
