//! The desk in a real Chromium, with real client certificates over mutual TLS.
//!
//! The steps of a clerk are in `tests/browser/stories`, one function for each test of [`stories`], under the same name. This
//! folder provides one browser for the process, and for each story a gateway of its own. A story calls the control server to act
//! as the studio or another office.

skip_in!(quick, postgres: "needs a browser");

mod chromium_driver;
mod control_server;
mod desk_gateway;
mod script_parts;
mod stories;
