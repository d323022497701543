//! Photos handed in by studios.

mod accepted;
mod agreement;
mod declared;
mod hostile;
mod parallel;
mod refused;
mod repeated;
