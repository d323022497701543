//! `--print-systemd-unit` and `--print-task`: the file that starts this watch at logon, for users who set it up by hand.

use std::path::Path;

use super::arguments::Arguments;
use crate::cli::studio::advice::{Failure, about_unexpected};
use crate::cli::studio::autostart::{UNIT_FILE, WatchCommand, task_of_this_user, unit};
use crate::cli::studio::exit::Exit;
use crate::cli::studio::output::{eprint, fail, print};
use crate::texts::language::Language;
use crate::texts::text;

/// Prints the file on stdout, and the next steps on stderr. Each system has a file of its own; the other one is refused.
pub(super) fn print_autostart(arguments: &Arguments, config: &Path, language: Language) -> Result<Exit, Exit> {
    let refused = match (arguments.print_task, cfg!(windows)) {
        (true, false) => Some(text!(language, "studio-task-elsewhere")),
        (false, true) => Some(text!(language, "studio-unit-elsewhere")),
        _ => None,
    };
    if let Some(message) = refused {
        return Err(fail(Failure::new(Exit::Usage, message)));
    }
    let command = WatchCommand::of_this_program(config, arguments.dir.as_deref(), arguments.options())
        .map_err(|error| fail(about_unexpected(&error, language)))?;
    let file = if arguments.print_task { task_of_this_user(&command) } else { unit(&command) };
    let impossible = || Failure::new(Exit::Setup, text!(language, "studio-unit-impossible"));
    print(file.ok_or_else(|| fail(impossible()))?, language)?;
    eprint(match arguments.print_task {
        true => text!(language, "studio-task-next"),
        false => text!(language, "studio-unit-next", file = UNIT_FILE),
    });
    Ok(Exit::Done)
}
