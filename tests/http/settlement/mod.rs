//! Collections ended by their office.

mod kept;
mod malformed;
mod outcomes;
mod parallel;
mod repeated;
