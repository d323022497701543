//! The studio's side of the line, against a gateway that misbehaves on request.

mod command;
mod push;
mod setback;
mod shop;
mod spool;
