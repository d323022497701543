//! Every route with every kind of caller.

mod changes;
mod cut_off;
mod routes;
