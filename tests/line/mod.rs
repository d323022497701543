//! A line that breaks in the middle of things.

mod breaking_line;
mod download;
mod upload;
