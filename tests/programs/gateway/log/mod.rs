//! The log of the running program.

mod lines;
mod secrecy;
