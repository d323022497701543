//! The desk in a real Chromium, with real client certificates over mutual TLS.
//!
//! The actions of a clerk are in `tests/browser/stories`, one function for each test of [`stories`], under the same name. This folder
//! provides one browser for the process, and for each story a gateway of its own. With the control server a story makes the studio and
//! other offices act.

skip_in!(quick, postgres: "needs a browser");

mod chromium_driver;
mod control_server;
mod desk_gateway;
mod stories;
