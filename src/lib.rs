//! Lichtbild carries biometric passport photos from photo studios to the registration office.
//!
//! ```text
//! deposit     transport -> authenticate -> judge -> seal -> store -> receipt
//! collection  transport -> authenticate -> open -> lease -> hand over -> settle -> erase
//! ```
//!
//! Layers, imports point down only (proved by `tests/layers`); modules of one layer do not meet:
//!
//! | layer | modules |
//! |---|---|
//! | 6 assembly | [`cli`], [`config`], [`telemetry`], [`server`] |
//! | 5 surfaces | [`api`], [`pages`] (which answer with the problems of `api`) |
//! | 4 flows, reports | [`flows`], [`report`] |
//! | 3 network | [`transport`], [`client`] |
//! | 2 mechanisms | [`validation`], [`sealing`], [`identity`], [`storage`], [`receipt`], [`limits`] |
//! | 1 vocabulary | [`domain`], [`wire`] |
//! | 0 leaves | [`atomic_file`], [`clock`], [`entropy`], [`failpoint`], [`json_object`], [`system_program`], [`texts`] |

pub mod api;
pub mod atomic_file;
pub mod cli;
pub mod client;
pub mod clock;
pub mod config;
pub mod domain;
pub mod entropy;
pub mod failpoint;
pub mod flows;
pub mod identity;
pub mod json_object;
pub mod limits;
pub mod pages;
pub mod receipt;
pub mod report;
pub mod sealing;
pub mod server;
pub mod storage;
pub mod system_program;
pub mod telemetry;
pub mod texts;
pub mod transport;
pub mod validation;
pub mod wire;
