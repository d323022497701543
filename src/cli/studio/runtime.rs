//! The runtime that one command runs in, and its connection to the gateway.

use std::path::Path;

use tokio::runtime::Runtime;

use super::advice;
use super::exit::Exit;
use super::output::eprint;
use crate::client::config::StudioConfig;
use crate::client::gateway_client::GatewayClient;
use crate::texts::language::Language;

/// Runtime with one thread, which is enough for one request at a time.
pub(super) fn runtime(language: Language) -> Result<Runtime, Exit> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
        eprint(advice::about_unexpected(&error, language));
        Exit::Unexpected
    })
}

/// Client, language and runtime of a command that asks the gateway.
pub(super) struct GatewayAccess {
    pub(super) client: GatewayClient,
    pub(super) language: Language,
    pub(super) runtime: Runtime,
}

impl GatewayAccess {
    /// Reads the configuration and the files that it names; tells what is wrong with them.
    pub(super) fn open(config: &Path, language: Option<Language>) -> Result<Self, Exit> {
        let requested_language = language;
        let setup_error = |language: Language, message: String| {
            eprint(message);
            eprint(advice::after_setup_error(language));
            Exit::Setup
        };
        let config = StudioConfig::load(config).map_err(|error| {
            let language = requested_language.unwrap_or_default();
            setup_error(language, advice::about_config(&error, language))
        })?;
        let language = requested_language.unwrap_or(config.language);
        let client = GatewayClient::from_config(&config)
            .map_err(|error| setup_error(language, advice::about_credentials(&error, language)))?;
        Ok(Self { client, language, runtime: runtime(language)? })
    }
}
