//! The pages in a real Chromium, with real client certificates over mutual TLS.
//!
//! The steps of clerks and photographers are in `tests/browser/stories`, one function for each test of [`stories`], under the same
//! name. This folder provides one browser for the process, and for each story a gateway of its own. A story calls the control server to
//! act as a program of a studio, as another office or as the administrator.

skip_in!(quick, postgres: "needs a browser");

mod chromium_driver;
mod gateway;
mod script_parts;
mod stories;
