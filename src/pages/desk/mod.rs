//! Desk: pages for clerks. The server renders the HTML, the pages work without scripts, and they send no request to another host.
//!
//! ```text
//! enter a code --POST--> collect --303--> the photo --> use: save the file, is a second document planned? --POST--> settle --303--> done
//!      ^                                    |  +------> refuse: why?                                      --POST--> settle --303--> done
//!      |                                    +---------> put back                                          --POST--> settle --303--> done
//!      |    interrupted: the code again, or without it: settle what was handed over here, put back        --POST--> settle --303--> done
//!      +------------------------------------------------------------------------------------------------------------------------+
//! ```
//! Every change is a form with a CSRF token and ends in a redirect, so that reloading a page or going back repeats nothing.
//! The code is never in an address, a title or the history. Between two pages it is sealed in a cookie that the browser sends only to the
//! pages of the same collection, and that ends with the lease.
//!
//! `clerk` is the caller, `form` a posted form, `session` the sealed code in its cookie, `layout` the navigation and language switch,
//! `facts` data about a collection that several pages show, `form_error` an error at its field, `code_texts` texts about mistyped codes.
//! `pages` holds one file per page, `scanner` the scanner section of the self-test.

pub mod clerk;
mod code_texts;
mod facts;
mod form;
mod form_error;
mod layout;
pub(crate) mod pages;
mod scanner;
mod session;

/// Path of the first page; the paths of all other pages begin with it.
pub const ROOT: &str = "/desk/";
