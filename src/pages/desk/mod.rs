//! The counter: what clerks see. HTML from the server, the same with and without a script, and no request to anybody else.
//!
//! ```text
//! enter a code --POST--> collect --303--> the photo --> use: save the file, is a second document planned? --POST--> settle --303--> done
//!      ^                                    |  +------> refuse: why?                                      --POST--> settle --303--> done
//!      |                                    +---------> put back                                          --POST--> settle --303--> done
//!      +------------------------------------------------------------------------------------------------------------------------+
//! ```
//! Whatever changes something is a form with a token and ends in a redirect, so that reloading and going back repeat nothing.
//! The code is in no address, no title and no history: between two pages it lies sealed in a cookie that is sent to the pages of
//! its own collection only, and ends with the lease.
//!
//! `clerk` who is served, `form` what is posted, `ticket` the sealed code in one of the `cookies`, `page` the frame of every page, `failure` its words when
//! something is in the way; `scanner` with `scan`, `scan_words` and `test_symbol` a part of the self-test; the rest is a page a file.

pub mod clerk;
mod form;
pub(crate) mod pages;
mod scanner;
mod session;

/// The address of the first page; all others lie below it.
pub const ROOT: &str = "/desk/";
