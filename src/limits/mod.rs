//! Bounds that keep one caller from taking what belongs to all: rates, queues, workers.
//!
//! Nothing here knows an HTTP request, a photo or the database: callers are told apart by a key.

pub mod anonymous_callers;
pub mod fair_queue;
pub mod in_flight;
pub mod rate_limiter;
pub mod worker_pool;
