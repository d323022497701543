//! The vocabulary of the field: types, states and parsing. No I/O, no database, no HTTP.
//!
//! | code | German | meaning |
//! |---|---|---|
//! | photo | Lichtbild | the passport picture, from deposit to erasure |
//! | studio | Fotograf | a registered photo business; has devices |
//! | device | Gerät | one computer of a studio or office with its own key and certificate |
//! | office | Einwohnermeldeamt | a registration office that collects photos |
//! | code | Abrufcode | the one-time retrieval code on the citizen's receipt |
//! | invitation | Einladung | lets one device enrol, with its one-time enrolment code |
//! | enrolment | Anmeldung | a device gets its first certificate over the wire |
//! | transfer log | Transferprotokoll | what happened, a row for each change, chained |
//! | checkpoint | Prüfpunkt | how far the transfer log had come, signed |
//! | auditor | Revision | who reads the transfer log and nothing else; has a device of an office |

pub mod check;
pub mod clock_jump;
pub mod code;
pub mod digest;
pub mod id;
pub mod language;
pub mod log;
pub mod party;
pub mod photo;
