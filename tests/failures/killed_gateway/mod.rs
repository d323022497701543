//! The gateway is killed at each step of each flow and restarted.

skip_in!(quick, postgres: "starts and kills the program, with a database of its own");

mod collection;
mod deposit;
