//! Expiry of photos and collections; answers do not depend on the time of the sweep.

mod clock;
mod sweep;
mod sweep_is_unobservable;
