//! The commands of the two programs: arguments in, sentences and exit codes out.

pub mod gateway;
pub mod studio;
