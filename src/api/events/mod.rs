//! `GET /v1/events`: an event stream (Server-Sent Events), or a list with an optional wait (long poll).
//!
//! ```text
//! routes -> long_poll, event_stream -> event_bodies
//!        -> event_query
//! ```

mod event_bodies;
mod event_query;
mod event_stream;
mod long_poll;
pub mod routes;

pub use event_stream::HEARTBEAT_INTERVAL;
