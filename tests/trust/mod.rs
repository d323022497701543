//! Trust and its end: certificates, external CAs, revocation lists, reloading, quarantined photos.

#[cfg(unix)]
mod bindings;
mod certificates;
#[cfg(unix)]
mod enrolment_certificate;
#[cfg(unix)]
mod external_ca;
#[cfg(unix)]
mod in_process_gateway;
#[cfg(unix)]
mod quarantine;
#[cfg(unix)]
mod reload;
#[cfg(unix)]
mod revocation_lists;
#[cfg(unix)]
mod sighup;
