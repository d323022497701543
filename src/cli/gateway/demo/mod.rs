//! `demo`: the main job on a real portrait, over real connections.

mod environment;
mod office;
mod portrait;
mod story;

use std::path::PathBuf;

use clap::{Args, value_parser};

use super::command_error::CommandError;
use super::running::serve::stop_on_signals;
use crate::atomic_file::{FileMode, replace};
use crate::cli::gateway::message::eprint;
use crate::cli::gateway::output::print;
use crate::storage::DatabaseLocation;
use environment::DemoEnvironment;
use portrait::PORTRAIT;

#[derive(Args)]
pub(super) struct Arguments {
    /// Do not tell the story: leave a gateway with one studio and one office running, and write demo.json and a portrait.
    #[arg(long)]
    serve: bool,
    /// The folder to work in; a temporary one, removed at the end, unless given.
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli::gateway) dir: Option<PathBuf>,
    /// Four ports in a row, for studios, offices, enrolment and monitoring; 0 for free ones. The story takes free ones unless
    /// told otherwise, --serve takes 8443, 9443, 7443 and 9090.
    #[arg(long, value_name = "PORT", value_parser = value_parser!(u16).range(..=65532))]
    pub(in crate::cli::gateway) port_base: Option<u16>,
    /// An empty database on a PostgreSQL server, in place of a file: postgres://user@host/database. It is not removed at the end.
    #[arg(long, value_name = "URL", default_value = "lichtbild.sqlite", hide_default_value = true)]
    pub(in crate::cli::gateway) database: DatabaseLocation,
}

pub(super) async fn run(arguments: &Arguments) -> Result<(), CommandError> {
    let temporary;
    let dir = match &arguments.dir {
        Some(dir) => dir.clone(),
        None => {
            temporary =
                tempfile::tempdir().map_err(|error| CommandError::new("cannot make a temporary folder", error))?;
            temporary.path().join("gateway")
        }
    };
    let port_base = if arguments.serve { arguments.port_base } else { arguments.port_base.or(Some(0)) };
    let environment = DemoEnvironment::build(&dir, port_base, &arguments.database).await?;
    if arguments.serve { serve(environment).await } else { run_story(environment).await }
}

async fn run_story(environment: DemoEnvironment) -> Result<(), CommandError> {
    let result = story::run(&environment).await;
    environment.close().await;
    result
}

async fn serve(environment: DemoEnvironment) -> Result<(), CommandError> {
    replace(&environment.dir().join("portrait.jpg"), PORTRAIT, FileMode::OwnerOnly)
        .map_err(|error| CommandError::new("cannot write the portrait", error))?;
    let file = environment.write_demo_json()?;
    stop_on_signals(environment.stop())?;
    print(file.display())?;
    eprint("A gateway with one studio and one office is running; addresses, certificates and keys are in that file.");
    eprint("The README's curl examples work against it. Ctrl-C stops it.");
    environment.stopped().await;
    Ok(())
}
