//! One binary for all integration tests; a folder for each part.

mod support;
mod validation;
