//! Who is trusted, from when on, and until when: revocation lists, foreign authorities, reloading, and photos held back.

mod bindings;
mod foreign;
mod hangup;
mod lists;
mod quarantine;
mod reload;
mod running;
