//! Desk: pages for clerks. HTML from the server, the same with and without a script, and no request to any other host.
//!
//! ```text
//! enter a code --POST--> collect --303--> the photo --> use: save the file, is a second document planned? --POST--> settle --303--> done
//!      ^                                    |  +------> refuse: why?                                      --POST--> settle --303--> done
//!      |                                    +---------> put back                                          --POST--> settle --303--> done
//!      |    interrupted: the code again, or without it: settle what was handed over here, put back        --POST--> settle --303--> done
//!      +------------------------------------------------------------------------------------------------------------------------+
//! ```
//! Whatever changes something is a form with a token and ends in a redirect, so that reloading and going back repeat nothing.
//! The code is in no address, no title and no history: between two pages it lies sealed in a cookie that is sent to the pages of
//! its own collection only, and ends with the lease.
//!
//! `clerk` is the caller, `form` a posted form, `session` the sealed code in its cookie, `layout` the navigation and language switch,
//! `facts` what several pages tell of a collection, `form_error` an error at its field, `code_texts` what is told of a text that is no code.
//! `pages` holds one file per page, `scanner` the scanner section of the self-test.

mod certificate;
pub mod clerk;
mod code_texts;
mod facts;
mod form;
mod form_error;
mod layout;
pub(crate) mod pages;
pub mod root_redirect;
mod scanner;
mod session;

/// The address of the first page; all others lie below it.
pub const ROOT: &str = "/desk/";
