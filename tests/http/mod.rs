//! Routes of the four listeners, by a router or a listener in this process.

mod callers;
mod collection;
mod deposit;
mod desk_pages;
mod enrolment;
mod listings;
mod message_heads;
mod monitoring;
mod problems;
mod settlement;
mod transport;
mod withdrawal;
