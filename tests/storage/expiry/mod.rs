//! Expiry of photos and collections; answers do not depend on when the sweep ran.

mod clock;
mod sweep;
mod sweep_is_unobservable;
