//! Connections that break during a request.

skip_in!(quick, postgres: "starts the program, with a database of its own");

mod download;
mod upload;
