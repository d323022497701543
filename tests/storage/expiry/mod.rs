//! What time does to photos and collections, and that nobody can tell whether the sweeper has come round.

mod clock;
mod sweep;
mod sweep_is_unobservable;
