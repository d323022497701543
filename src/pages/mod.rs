//! HTML pages that the gateway serves. `frame` is shared by all of them.

mod certificate;
pub mod connect;
pub mod desk;
mod frame;
pub mod problem_help;
pub mod refused_certificate;
pub mod root_redirect;
pub mod studio;
