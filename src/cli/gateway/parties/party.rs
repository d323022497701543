//! `studio invite|add|list|suspend|resume` and the same for `office`

use clap::Subcommand;

use super::invite;
use crate::cli::gateway::admin_context::AdminContext;
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::config_option::ConfigOption;
use crate::cli::gateway::message::eprint;
use crate::cli::gateway::output::{print, print_json};
use crate::domain::party::{Party, Role};

#[derive(Subcommand)]
pub(in crate::cli::gateway) enum Command {
    /// Invite a device of one, which is added unless it is there: prints the code with which the device enrols.
    Invite(invite::PartyArguments),
    /// Add one, without a device.
    Add {
        /// Its name, as the other side shall see it.
        name: String,
        /// Its town.
        #[arg(long)]
        place: String,
        #[command(flatten)]
        file: ConfigOption,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// List all.
    List {
        #[command(flatten)]
        file: ConfigOption,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Refuse all its requests from now on, on connections that are open too.
    Suspend {
        /// Its name or identifier.
        which: String,
        #[command(flatten)]
        file: ConfigOption,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Take its requests again.
    Resume {
        /// Its name or identifier.
        which: String,
        #[command(flatten)]
        file: ConfigOption,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

pub(in crate::cli::gateway) async fn run(role: Role, command: Command) -> Result<(), CommandError> {
    match command {
        Command::Add { name, place, file, json } => add(role, &name, &place, &file, json).await,
        Command::List { file, json } => list(role, &file, json).await,
        Command::Invite(arguments) => invite::invite_party(role, &arguments).await,
        Command::Suspend { which, file, json } => set_suspended(role, &which, &file, true, json).await,
        Command::Resume { which, file, json } => set_suspended(role, &which, &file, false, json).await,
    }
}

async fn add(role: Role, name: &str, place: &str, file: &ConfigOption, json: bool) -> Result<(), CommandError> {
    let context = AdminContext::open(file).await?;
    let party = context.administration().add_party(role, name, place).await?;
    context.close().await;
    if json {
        print_json(&serde_json::json!(party))?;
    } else {
        print(party.party_id)?;
        eprint(format_args!("Added. Next: lichtbild-gateway device invite --{role} {}", party.party_id));
    }
    Ok(())
}

async fn list(role: Role, file: &ConfigOption, json: bool) -> Result<(), CommandError> {
    let context = AdminContext::open(file).await?;
    let parties = context.administration().store.parties(role).await?;
    context.close().await;
    if json {
        print_json(&serde_json::json!(parties))?;
        return Ok(());
    }
    for Party { party_id, name, place, suspended, .. } in &parties {
        print(format!("{party_id}  {}  {name}, {place}", if *suspended { "suspended" } else { "active   " }))?;
    }
    if parties.is_empty() {
        eprint(format_args!("None yet. Next: lichtbild-gateway {role} invite NAME --place TOWN"));
    }
    Ok(())
}

async fn set_suspended(
    role: Role,
    which: &str,
    file: &ConfigOption,
    suspended: bool,
    json: bool,
) -> Result<(), CommandError> {
    let context = AdminContext::open(file).await?;
    let administration = context.administration();
    let party = administration.find_party(role, which).await?;
    let changed = administration.set_suspended(&party, suspended).await?;
    context.close().await;
    if json {
        return print_json(&serde_json::json!({ "party": Party { suspended, ..party }, "changed": changed }));
    }
    let state = if suspended { "suspended" } else { "active" };
    if changed {
        let next = if suspended {
            format!(" To undo it: lichtbild-gateway {role} resume {}", party.party_id)
        } else {
            String::new()
        };
        eprint(format_args!(
            "{}, {} is {state} now: the next request of each of its devices learns it.{next}",
            party.name, party.place
        ));
    } else {
        eprint(format_args!("{}, {} was {state} before; nothing changed.", party.name, party.place));
    }
    Ok(())
}
