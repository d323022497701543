//! Vocabulary of the field: types, states, decisions and parsing, without I/O, database or HTTP. `GLOSSARY.md` explains the terms.

pub mod check;
pub mod clock_jump;
pub mod code;
pub mod digest;
pub mod display_text;
pub mod event;
pub mod id;
pub mod local_time;
pub mod log;
pub mod party;
pub mod photo;
pub mod redaction;
pub mod text_encoding;
