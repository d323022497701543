//! `studio invite|add|list|suspend|resume` and the same for `office`

use clap::{Args, Subcommand};

use super::invite;
use crate::cli::gateway::admin_context::AdminContext;
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::config_option::CommonOptions;
use crate::cli::gateway::language::phrase;
use crate::cli::gateway::message::eprint;
use crate::cli::gateway::output::{print, print_json};
use crate::domain::party::{Party, Role};

#[derive(Subcommand)]
pub(in crate::cli::gateway) enum Command {
    Invite(invite::PartyArguments),
    Add(NewPartyArguments),
    List(CommonOptions),
    Suspend(ExistingPartyArguments),
    Resume(ExistingPartyArguments),
}

#[derive(Args)]
pub(in crate::cli::gateway) struct NewPartyArguments {
    name: String,
    #[arg(long)]
    place: String,
    #[command(flatten)]
    common: CommonOptions,
}

#[derive(Args)]
pub(in crate::cli::gateway) struct ExistingPartyArguments {
    which: String,
    #[command(flatten)]
    common: CommonOptions,
}

pub(in crate::cli::gateway) async fn run(role: Role, command: Command) -> Result<(), CommandError> {
    match command {
        Command::Add(arguments) => add(role, &arguments).await,
        Command::List(common) => list(role, &common).await,
        Command::Invite(arguments) => invite::invite_party(role, &arguments).await,
        Command::Suspend(arguments) => set_suspended(role, &arguments, true).await,
        Command::Resume(arguments) => set_suspended(role, &arguments, false).await,
    }
}

async fn add(role: Role, NewPartyArguments { name, place, common }: &NewPartyArguments) -> Result<(), CommandError> {
    let context = AdminContext::open(&common.file).await?;
    let party = context.administration().add_party(role, name, place).await?;
    context.close().await;
    if common.json {
        return print_json(&serde_json::json!(party));
    }
    print(party.party_id)?;
    eprint(phrase!("gateway-party-added", role = role, party = party.party_id));
    Ok(())
}

async fn list(role: Role, common: &CommonOptions) -> Result<(), CommandError> {
    let context = AdminContext::open(&common.file).await?;
    let parties = context.administration().store.parties(role).await?;
    context.close().await;
    if common.json {
        return print_json(&serde_json::json!(parties));
    }
    for Party { party_id, name, place, suspended, .. } in &parties {
        let state = if *suspended { phrase!("gateway-party-suspended") } else { phrase!("gateway-party-active") };
        print(format!("{party_id}  {state:<9}  {name}, {place}"))?;
    }
    if parties.is_empty() {
        eprint(phrase!("gateway-party-none", role = role));
    }
    Ok(())
}

async fn set_suspended(
    role: Role,
    ExistingPartyArguments { which, common }: &ExistingPartyArguments,
    suspended: bool,
) -> Result<(), CommandError> {
    let context = AdminContext::open(&common.file).await?;
    let administration = context.administration();
    let party = administration.find_party(role, which).await?;
    let changed = administration.set_suspended(&party, suspended).await?;
    context.close().await;
    if common.json {
        return print_json(&serde_json::json!({ "party": Party { suspended, ..party }, "changed": changed }));
    }
    let name = format!("{}, {}", party.name, party.place);
    eprint(match (changed, suspended) {
        (true, true) => phrase!("gateway-party-now-suspended", name = name, role = role, party = party.party_id),
        (true, false) => phrase!("gateway-party-now-active", name = name),
        (false, true) => phrase!("gateway-party-was-suspended", name = name),
        (false, false) => phrase!("gateway-party-was-active", name = name),
    });
    Ok(())
}
