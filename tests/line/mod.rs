//! A line that breaks in the middle of things.

pub mod breaking_line;
mod download;
mod upload;
