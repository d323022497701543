//! HTTP handlers: read requests, call flows, write responses. No domain rules.

pub mod accept;
pub mod audit;
pub mod body;
pub mod caller;
pub mod context;
mod cross_site;
pub mod est;
pub mod events;
mod host;
pub mod invitations;
pub mod message_head;
pub mod negotiate;
pub mod office;
pub mod openapi;
pub mod ops;
pub mod problem;
pub mod readiness;
pub mod request;
pub mod revocation_list;
pub mod studio;

pub use context::App;
pub use problem::Problem;
