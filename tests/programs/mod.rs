//! Both programs at the command line, and programs of others that call the gateway.

#[cfg(unix)]
mod gateway;
#[cfg(unix)]
mod german;
#[cfg(unix)]
mod printed_documents;
#[cfg(unix)]
mod studio_check;
#[cfg(unix)]
mod studio_check_rewrite;
mod studio_enrolment;
mod studio_push;
mod studio_watch;
#[cfg(unix)]
mod third_party;
#[cfg(unix)]
mod umask;
