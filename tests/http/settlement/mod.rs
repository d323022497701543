//! Collections that their office settles.

mod code_required;
mod kept;
mod malformed;
mod outcomes;
mod parallel;
mod repeated;
