//! The desk in a real Chromium, with real client certificates over mutual TLS.
//!
//! The actions of a clerk are in `tests/browser/stories`, one function for each test of [`stories`], under the same name. Here
//! stands what they need: the one browser of this process, and for each story a gateway of its own with a control server, by
//! which the story has the rest of the world act.

skip_in!(quick, postgres: "needs a browser");

mod chromium_driver;
mod control_server;
mod desk_gateway;
mod stories;
