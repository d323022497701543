//! Configuration, runtime and connection that the commands share.

use std::path::Path;

use tokio::runtime::Runtime;

use super::advice::{Failure, about_config, about_credentials, about_unexpected};
use super::exit::Exit;
use super::output::fail;
use crate::client::config::StudioConfig;
use crate::client::gateway_client::GatewayClient;
use crate::texts::language::Language;
use crate::texts::text;

/// Runtime with one thread, which is enough for one request at a time.
pub(super) fn runtime(language: Language) -> Result<Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| about_unexpected(&error, language))
}

/// A failure before the first request, with the statement that nothing was sent.
pub(super) fn nothing_sent(failure: Failure, language: Language) -> Failure {
    let message = format!("{}\n{}", failure.message, text!(language, "studio-nothing-sent"));
    Failure::new(failure.exit, message)
}

/// Prints a failure before the first request.
pub(super) fn fail_before_sending(failure: Failure, language: Language) -> Exit {
    fail(nothing_sent(failure, language))
}

/// The configuration, in the language of the command line if that names one.
pub(super) fn load_config(file: &Path, language: Option<Language>) -> Result<StudioConfig, Exit> {
    let config = StudioConfig::load(file).map(|config| config.in_language(language));
    config.map_err(|error| {
        let language = language.unwrap_or_default();
        fail_before_sending(about_config(&error, language), language)
    })
}

/// Client, language and runtime of a command that asks the gateway.
pub(super) struct GatewayAccess {
    pub(super) client: GatewayClient,
    pub(super) language: Language,
    pub(super) runtime: Runtime,
}

impl GatewayAccess {
    /// Reads the configuration and the files that it names, and prints the failure if one of them cannot be used.
    pub(super) fn open(config: &Path, language: Option<Language>) -> Result<Self, Exit> {
        let config = load_config(config, language)?;
        let language = config.language;
        let client = GatewayClient::from_config(&config)
            .map_err(|error| fail_before_sending(about_credentials(&error, language), language))?;
        Ok(Self { client, language, runtime: runtime(language).map_err(fail)? })
    }
}
