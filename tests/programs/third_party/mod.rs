//! Programs that we did not write: curl, load balancers, and the examples of the documentation.

skip_in!(quick, postgres: "starts the programs, with databases of their own");

#[cfg(unix)]
mod api_clients;
mod curl;
mod demo;
mod example_program;
mod fachverfahren;
#[cfg(unix)]
mod load_balancers;
mod refused_decisions;
mod rough_demo;
mod schemathesis;
