//! What travels: the JSON bodies that the gateway writes and its clients read, field for field the published contract.

pub mod audit;
pub mod collection;
pub mod enrolment;
pub mod finding;
pub mod measurements;
pub mod photo;
pub mod problem;
pub mod studio;
