//! The commands of the two programs: arguments in, sentences and exit codes out.

// Everything that is shown goes through the modules `output` and `message`, which escape what is not displayable.
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod command_line;
pub mod gateway;
mod help_texts;
mod language_argument;
mod shown_path;
pub mod studio;
mod systemd;
mod usage_message;
