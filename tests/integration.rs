//! One binary for all integration tests; a folder for each part.

mod identity;
mod support;
mod validation;
