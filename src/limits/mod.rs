//! Bounds that keep one caller from taking what belongs to all: rates, queues, workers.
//!
//! - `rate_limiter`: requests per minute and bytes in flight of one caller.
//! - `anonymous_callers`: the rate of each address without a certificate, and wrong codes for devices without an invitation.
//! - `fair_queue`: a bounded queue that serves callers round-robin.
//! - `worker_pool`: threads for photo checks and sealing, behind a fair queue.
//! - `in_flight`: one deposit at a time for each request id.
//!
//! Nothing here knows an HTTP request, a photo or the database: callers are told apart by a key.

pub mod anonymous_callers;
pub mod fair_queue;
pub mod in_flight;
pub mod rate_limiter;
pub mod worker_pool;
