//! What time does to photos and collections, and that nobody can tell whether the sweeper has come round.

mod sweep;
mod unnoticed;
