//! Collections ended by their office.

mod code_required;
mod kept;
mod malformed;
mod outcomes;
mod parallel;
mod repeated;
