//! Unit for systemd's user manager.

use std::path::{Path, PathBuf};

use super::arguments::Arguments;
use crate::cli::studio::advice::Failure;
use crate::cli::studio::exit::Exit;
use crate::cli::studio::output::{eprint, fail, print};
use crate::cli::systemd::quoted_argument;
use crate::texts::language::Language;
use crate::texts::text;

/// Path of the unit file.
const UNIT_FILE: &str = "~/.config/systemd/user/lichtbild-watch.service";

/// Prints the unit on stdout, and the next steps on stderr.
pub(super) fn print_unit(arguments: &Arguments, dir: &Path, config: &Path, language: Language) -> Result<Exit, Exit> {
    let paths = || -> std::io::Result<[PathBuf; 3]> {
        Ok([std::env::current_exe()?, std::path::absolute(dir)?, std::path::absolute(config)?])
    };
    let unit = match paths() {
        Ok([program, dir, config]) => unit(&program, &dir, &config, &arguments.options()),
        Err(_) => None,
    };
    let impossible = || Failure::new(Exit::Setup, text!(language, "studio-unit-impossible"));
    print(unit.ok_or_else(|| fail(impossible()))?, language)?;
    eprint(text!(language, "studio-unit-next", file = UNIT_FILE));
    Ok(Exit::Done)
}

/// The unit; `None` if a path is not Unicode or a text contains control characters.
fn unit(program: &Path, dir: &Path, config: &Path, options: &[String]) -> Option<String> {
    let [program, dir, config] = [program, dir, config].map(|path| quoted_argument(path.to_str()?));
    let (program, dir, config) = (program?, dir?, config?);
    let options = options.iter().map(|option| quoted_argument(option)).collect::<Option<Vec<_>>>()?.join(" ");
    // Only the hardening options that a user manager can apply without privileges and without namespaces: many systems forbid namespaces to
    // users, and the unit would not start.
    Some(format!(
        "[Unit]
Description=Lichtbild: deposit passport photos exported to a folder
StartLimitIntervalSec=0

[Service]
ExecStart={program} watch --config {config} {options} -- {dir}
Restart=on-failure
# A folder that is not mounted yet may be in half a minute.
RestartSec=30
RestartPreventExitStatus=2
TimeoutStopSec=30
NoNewPrivileges=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
SystemCallArchitectures=native
SystemCallFilter=@system-service
LimitCORE=0

[Install]
WantedBy=default.target"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_quoted_for_systemd() {
        let options = ["--studio", "Foto \"K\""].map(str::to_owned);
        let program = Path::new("/opt/l/lichtbild-studio");
        let unit = unit(program, Path::new("/home/k/100 % \"gut\"/-x"), Path::new("/c$1.toml"), &options).unwrap();
        let line = unit.lines().find(|line| line.starts_with("ExecStart=")).unwrap();
        assert_eq!(
            line,
            "ExecStart=\"/opt/l/lichtbild-studio\" watch --config \"/c$$1.toml\" \"--studio\" \"Foto \\\"K\\\"\" -- \"/home/k/100 %% \\\"gut\\\"/-x\""
        );
    }
}
