//! Routes of the four listeners, tested with a router or a listener in this process.

mod callers;
mod collection;
mod connect_page;
mod deposit;
mod desk_pages;
mod enrolment;
mod events;
mod fuzz_seeds;
mod listings;
mod message_heads;
mod monitoring;
mod openapi;
mod problems;
mod refused_certificate;
mod settlement;
mod setup;
mod studio_deposit;
mod studio_photos;
mod transport;
mod withdrawal;
