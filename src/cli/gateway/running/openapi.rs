//! `openapi`

use std::fs;
use std::path::PathBuf;

use clap::Args;
use strum::VariantArray;

use crate::api::openapi::{DescribedListener, document_text};
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::language::phrase;
use crate::cli::gateway::output::{print, print_file};

#[derive(Args)]
pub(in crate::cli::gateway) struct Arguments {
    #[arg(value_name = "studio|office|enrolment", value_parser = parse_listener, required_unless_present = "out")]
    listener: Option<DescribedListener>,
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

fn parse_listener(name: &str) -> Result<DescribedListener, String> {
    name.parse().map_err(|_| "studio, office, enrolment".to_owned())
}

pub(in crate::cli::gateway) fn run(arguments: &Arguments) -> Result<(), CommandError> {
    let listeners = arguments.listener.as_ref().map_or(DescribedListener::VARIANTS, std::slice::from_ref);
    let Some(folder) = &arguments.out else {
        return listeners.iter().try_for_each(|listener| print_file(&document_text(*listener)));
    };
    for listener in listeners {
        let file = folder.join(format!("{}.json", listener.name()));
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&file, document_text(*listener)))
            .map_err(|error| CommandError::new(phrase!("gateway-openapi-unwritten", file = file.display()), error))?;
        print(file.display())?;
    }
    Ok(())
}
