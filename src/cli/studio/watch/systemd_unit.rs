//! A unit for systemd's user manager.

use std::path::{Path, PathBuf};

use super::arguments::Arguments;
use crate::cli::studio::exit::Exit;
use crate::cli::studio::output::{eprint, print};
use crate::cli::systemd::quoted_argument;
use crate::texts::language::Language;

/// Path where the unit file belongs.
const UNIT_FILE: &str = "~/.config/systemd/user/lichtbild-watch.service";

/// Prints the unit on stdout and what to do with it on stderr.
pub(super) fn print_unit(arguments: &Arguments, language: Language) -> Exit {
    let paths = || -> std::io::Result<[PathBuf; 3]> {
        Ok([std::env::current_exe()?, std::path::absolute(&arguments.dir)?, std::path::absolute(&arguments.config)?])
    };
    let unit = match paths() {
        Ok([program, dir, config]) => unit(&program, &dir, &config, &arguments.options()),
        Err(_) => None,
    };
    let Some(unit) = unit else {
        eprint(language.pick(
            "Ein Pfad oder ein Name lässt sich nicht in eine Unit schreiben. Ordner und Konfiguration in Pfade ohne Steuer- und Sonderzeichen legen.",
            "A path or a name cannot be written into a unit. Put folder and configuration where the paths are plain text.",
        ));
        return Exit::Setup;
    };
    if let Err(exit) = print(unit, language) {
        return exit;
    }
    eprint(
        language.pick(
            format!("Nach {UNIT_FILE} schreiben, dann ausführen:"),
            format!("Write it to {UNIT_FILE}, then run:"),
        ),
    );
    eprint("  systemctl --user enable --now lichtbild-watch.service");
    eprint(language.pick(
        "  loginctl enable-linger    # damit es auch ohne Anmeldung läuft",
        "  loginctl enable-linger    # so that it runs without anybody logged in",
    ));
    Exit::Done
}

/// `None` for paths that are no text, and for control characters anywhere.
fn unit(program: &Path, dir: &Path, config: &Path, options: &[String]) -> Option<String> {
    let [program, dir, config] = [program, dir, config].map(|path| quoted_argument(path.to_str()?));
    let (program, dir, config) = (program?, dir?, config?);
    let options = options.iter().map(|option| quoted_argument(option)).collect::<Option<Vec<_>>>()?.join(" ");
    // Of the hardening options those that a user manager can apply without privileges. Nothing that needs a namespace: many
    // shops' machines forbid those to users, and a unit that does not start is worse.
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
