//! The gateway killed at each step of each flow, and started again on what is left.

skip_in!(quick, postgres: "starts and kills the program, with a database of its own");

mod collection;
mod deposit;
