//! Who is trusted, from when on, and until when: revocation lists, foreign authorities, reloading, and photos held back.

mod bindings;
mod certificates;
mod external_ca;
mod in_process_gateway;
mod quarantine;
mod reload;
mod revocation_lists;
mod sighup;
