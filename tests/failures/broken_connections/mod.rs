//! A line that breaks in the middle of things.

skip_in!(quick, postgres: "starts the program, with a database of its own");

mod download;
mod upload;
