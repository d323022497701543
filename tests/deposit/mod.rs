//! Photos handed in by studios.

mod accepted;
mod hostile;
mod parallel;
mod refused;
mod repeated;
