//! A unit for systemd's user manager.

use std::path::{Path, PathBuf};

use crate::cli::studio::exit::Exit;
use crate::cli::studio::{give, tell};
use crate::domain::language::Language;

/// Where it belongs.
const UNIT_FILE: &str = "~/.config/systemd/user/lichtbild-watch.service";

/// Prints the unit on stdout and what to do with it on stderr.
pub(super) fn print(dir: &Path, config: &Path, language: Language) -> Exit {
    let paths = || -> std::io::Result<[PathBuf; 3]> {
        Ok([std::env::current_exe()?, std::path::absolute(dir)?, std::path::absolute(config)?])
    };
    let unit = match paths() {
        Ok([program, dir, config]) => unit(&program, &dir, &config),
        Err(_) => None,
    };
    let Some(unit) = unit else {
        tell(language.pick(
            "Ein Pfad lässt sich nicht in eine Unit schreiben. Ordner und Konfiguration in Pfade ohne Steuer- und Sonderzeichen legen.",
            "A path cannot be written into a unit. Put folder and configuration where the paths are plain text.",
        ));
        return Exit::Setup;
    };
    if let Err(exit) = give(unit, language) {
        return exit;
    }
    tell(
        language.pick(
            format!("Nach {UNIT_FILE} schreiben, dann ausführen:"),
            format!("Write it to {UNIT_FILE}, then run:"),
        ),
    );
    tell("  systemctl --user enable --now lichtbild-watch.service");
    tell(language.pick(
        "  loginctl enable-linger    # damit es auch ohne Anmeldung läuft",
        "  loginctl enable-linger    # so that it runs without anybody logged in",
    ));
    Exit::Done
}

/// `None` for paths that are no text or hold control characters.
fn unit(program: &Path, dir: &Path, config: &Path) -> Option<String> {
    let (program, dir, config) = (quoted(program)?, quoted(dir)?, quoted(config)?);
    // Of the hardening options those that a user manager can apply without privileges. Nothing that needs a namespace: many
    // shops' machines forbid those to users, and a unit that does not start is worse.
    Some(format!(
        "[Unit]
Description=Lichtbild: deposit passport photos exported to a folder
StartLimitIntervalSec=0

[Service]
ExecStart={program} watch --config {config} -- {dir}
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

/// systemd.syntax(7) and systemd.service(5): in double quotes backslash and quote are escaped, `%` and `$` are doubled.
fn quoted(path: &Path) -> Option<String> {
    let mut quoted = String::from("\"");
    for character in path.to_str()?.chars() {
        match character {
            '\\' | '"' => quoted.extend(['\\', character]),
            '%' | '$' => quoted.extend([character, character]),
            _ if character.is_control() => return None,
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    Some(quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_quoted_for_systemd() {
        let unit =
            unit(Path::new("/opt/l/lichtbild-studio"), Path::new("/home/k/100 % \"gut\"/-x"), Path::new("/c$1.toml"));
        let unit = unit.unwrap();
        let line = unit.lines().find(|line| line.starts_with("ExecStart=")).unwrap();
        assert_eq!(
            line,
            "ExecStart=\"/opt/l/lichtbild-studio\" watch --config \"/c$$1.toml\" -- \"/home/k/100 %% \\\"gut\\\"/-x\""
        );
        assert_eq!(quoted(Path::new("/a\nb")), None);
    }
}
