//! `serve`

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::systemd_unit::print_unit;
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::config_option::ConfigOption;
use crate::cli::gateway::language::phrase;
use crate::cli::gateway::message::eprint;
use crate::cli::gateway::output::print;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::entropy::OsEntropy;
use crate::pages::desk;
use crate::server::file_descriptors::raise_limit;
use crate::server::{ReloadHandle, RunningGateway, start};
use crate::telemetry;
use crate::transport::http::shutdown::ShutdownTrigger;

#[derive(Args)]
pub(in crate::cli::gateway) struct Arguments {
    #[command(flatten)]
    file: ConfigOption,
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    #[arg(long)]
    print_systemd_unit: bool,
}

pub(in crate::cli::gateway) async fn run(arguments: &Arguments) -> Result<(), CommandError> {
    if arguments.print_systemd_unit {
        return print_unit(&arguments.file.config, arguments.checkpoint.as_deref());
    }
    let config = Config::load(&arguments.file.config)?;
    telemetry::start_log(&config.log)
        .map_err(|error| CommandError::plain(phrase!("gateway-serve-no-log", error = error)))?;
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "lichtbild-gateway starts");
    raise_limit(&config);
    let running = start(&config, arguments.checkpoint.clone(), Arc::new(SystemClock), Arc::new(OsEntropy)).await?;
    // Before the addresses are printed: a script that reads them may send a signal at once, which would kill an unprepared process.
    stop_on_signals(running.stop.clone())?;
    reload_on_hangup(running.reload.clone())?;
    print_addresses(&config, &running)?;
    running.stopped().await;
    eprint(phrase!("gateway-serve-stopped"));
    Ok(())
}

/// Prints the address of each listener for people and scripts: one line each, the same in every language.
fn print_addresses(config: &Config, running: &RunningGateway) -> Result<(), CommandError> {
    let addresses = running.addresses;
    print(format!("studio {}", config.studio_url(addresses.studio)))?;
    print(format!("office {}", config.office_url(addresses.office)))?;
    print(format!("enrolment {}", config.enrolment_url(addresses.enrolment)))?;
    print(format!("ops http://{}", addresses.ops))?;
    // Clerks open this address.
    print(format!("desk {}{}", config.office_url(addresses.office), desk::ROOT))
}

/// The first signal lets running requests finish, the second one shortens the wait.
pub(in crate::cli::gateway) fn stop_on_signals(stop: ShutdownTrigger) -> Result<(), CommandError> {
    let mut signals = signals().map_err(no_signals)?;
    tokio::spawn(async move {
        while signals.recv().await.is_some() {
            // Outside the macro, which evaluates its fields only if the level is logged.
            let stage = stop.advance();
            tracing::info!(?stage, "stopping");
        }
    });
    Ok(())
}

/// SIGHUP means that new certificate files are complete and can be loaded.
#[cfg(unix)]
fn reload_on_hangup(reload: ReloadHandle) -> Result<(), CommandError> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut hangups = signal(SignalKind::hangup()).map_err(no_signals)?;
    tokio::spawn(async move {
        while hangups.recv().await.is_some() {
            tracing::info!("SIGHUP received, reloading certificates");
            reload.now().await;
        }
    });
    Ok(())
}

/// This system has no such signal; the gateway notices changed files by itself.
#[cfg(not(unix))]
fn reload_on_hangup(_: ReloadHandle) -> Result<(), CommandError> {
    Ok(())
}

fn no_signals(error: std::io::Error) -> CommandError {
    CommandError::new(phrase!("gateway-serve-no-signals"), error)
}

#[cfg(unix)]
fn signals() -> std::io::Result<tokio::sync::mpsc::Receiver<()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    for kind in [SignalKind::terminate(), SignalKind::interrupt()] {
        let mut stream = signal(kind)?;
        let sender = sender.clone();
        tokio::spawn(async move { while stream.recv().await.is_some() && sender.send(()).await.is_ok() {} });
    }
    Ok(receiver)
}

#[cfg(not(unix))]
fn signals() -> std::io::Result<tokio::sync::mpsc::Receiver<()>> {
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    tokio::spawn(async move { while tokio::signal::ctrl_c().await.is_ok() && sender.send(()).await.is_ok() {} });
    Ok(receiver)
}
