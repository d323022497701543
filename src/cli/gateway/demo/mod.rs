//! `demo`: a photo goes from a studio to an office, over real connections.

mod environment;
mod office;
mod portrait;
mod rough;
mod story;

use std::path::PathBuf;

use clap::{Args, value_parser};

use super::command_error::CommandError;
use super::running::serve::stop_on_signals;
use crate::atomic_file::{FileMode, replace};
use crate::cli::gateway::language::phrase;
use crate::cli::gateway::message::eprint_lines;
use crate::cli::gateway::output::print;
use crate::cli::shown_path::path_argument;
use crate::entropy::OsEntropy;
use crate::server::faults::FaultInjector;
use crate::storage::DatabaseLocation;
use environment::DemoEnvironment;
use portrait::{PORTRAIT, REFUSED_PORTRAIT};
use rough::{RoughArguments, Sandbox};

#[derive(Args)]
pub(super) struct Arguments {
    #[arg(long)]
    serve: bool,
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli::gateway) dir: Option<PathBuf>,
    #[arg(long, value_name = "PORT", value_parser = value_parser!(u16).range(..=65532))]
    pub(in crate::cli::gateway) port_base: Option<u16>,
    #[arg(long, value_name = "URL", default_value = "lichtbild.sqlite", hide_default_value = true)]
    pub(in crate::cli::gateway) database: DatabaseLocation,
    #[command(flatten)]
    pub(in crate::cli::gateway) rough: RoughArguments,
}

pub(super) async fn run(arguments: &Arguments) -> Result<(), CommandError> {
    let temporary;
    let dir = match &arguments.dir {
        Some(dir) => dir.clone(),
        None => {
            temporary =
                tempfile::tempdir().map_err(|error| CommandError::new(phrase!("gateway-demo-no-folder"), error))?;
            temporary.path().join("gateway")
        }
    };
    let port_base = if arguments.serve { arguments.port_base } else { arguments.port_base.or(Some(0)) };
    let sandbox = arguments.rough.sandbox(&OsEntropy)?;
    let faults = sandbox.as_ref().map(|sandbox| sandbox as &dyn FaultInjector);
    let environment = DemoEnvironment::build(&dir, port_base, &arguments.database, faults).await?;
    if !arguments.serve {
        return run_story(environment).await;
    }
    let served = serve(environment, sandbox.as_ref()).await;
    if let Some(sandbox) = sandbox {
        sandbox.write_counts();
    }
    served
}

async fn run_story(environment: DemoEnvironment) -> Result<(), CommandError> {
    let result = story::run(&environment).await;
    environment.close().await;
    result
}

async fn serve(environment: DemoEnvironment, sandbox: Option<&Sandbox>) -> Result<(), CommandError> {
    for (name, portrait) in [("portrait.jpg", PORTRAIT), ("refused.jpg", REFUSED_PORTRAIT)] {
        replace(&environment.dir().join(name), portrait, FileMode::OwnerOnly)
            .map_err(|error| CommandError::new(phrase!("gateway-demo-no-portrait"), error))?;
    }
    let file = environment.write_demo_json()?;
    stop_on_signals(environment.stop())?;
    print(file.display())?;
    let (dir, [studio, office]) = (path_argument(environment.dir()), environment.device_urls());
    eprint_lines(phrase!("gateway-demo-serving", dir = dir, studio = studio, office = office));
    if let Some(sandbox) = sandbox {
        sandbox.announce();
    }
    environment.stopped().await;
    Ok(())
}
