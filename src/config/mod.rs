//! `gateway.toml`: read strictly, so that a typing error does not become a default.

mod defaults;
mod derived;
pub mod files;
mod load;
mod public_url;
mod settings;

pub use load::ConfigError;
pub use public_url::{PublicUrl, PublicUrlError};
pub use settings::{
    AuditConfig, CertificatesConfig, Config, DeadlinesConfig, EnrolmentConfig, ExternalCaConfig, LimitsConfig,
    ListenConfig, LogConfig, LogFormat, RevocationConfig,
};

/// The commented example, every value at its default.
pub const EXAMPLE: &str = include_str!("../../config/gateway.example.toml");
