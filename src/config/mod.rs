//! `gateway.toml`. Unknown keys are errors, so that a typing error does not select a default.

mod addresses;
pub mod files;
mod load;
mod public_url;
mod settings;

pub use load::ConfigError;
pub use public_url::{PublicUrl, PublicUrlError};
pub use settings::{
    AuditConfig, CertificatesConfig, Config, DeadlinesConfig, EnrolmentConfig, ExternalCaConfig, LimitsConfig,
    ListenConfig, LogConfig, LogFormat, OperatorConfig, RevocationConfig,
};

/// The example file with comments, which shows the defaults.
pub const EXAMPLE: &str = include_str!("../../config/gateway.example.toml");
