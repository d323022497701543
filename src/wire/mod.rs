//! JSON bodies of the published contract between the gateway and its clients.

pub mod audit;
pub mod collection;
pub mod enrolment;
pub mod events;
pub mod finding;
pub mod measurements;
pub mod office;
pub mod photo;
pub mod problem;
mod string_schemas;
pub mod studio;
