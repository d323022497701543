//! Unit for systemd's user manager.

use super::watch_command::WatchCommand;
use crate::cli::systemd::quoted_argument;

/// Path of the unit file.
pub const UNIT_FILE: &str = "~/.config/systemd/user/lichtbild-watch.service";
pub(super) const UNIT_NAME: &str = "lichtbild-watch.service";

/// The unit; `None` if a path is not Unicode or a text contains control characters.
pub fn unit(command: &WatchCommand) -> Option<String> {
    let program = quoted_argument(command.program.to_str()?)?;
    let arguments = command.arguments()?.into_iter().map(quoted_argument).collect::<Option<Vec<_>>>()?.join(" ");
    // Only the hardening options that a user manager can apply without privileges and without namespaces: many systems forbid namespaces to
    // users, and the unit would not start.
    Some(format!(
        "[Unit]
Description=Lichtbild: deposit passport photos exported to a folder
StartLimitIntervalSec=0

[Service]
ExecStart={program} {arguments}
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
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn paths_are_quoted_for_systemd() {
        let [program, dir, config] =
            ["/opt/l/lichtbild-studio", "/home/k/100 % \"gut\"/-x", "/c$1.toml"].map(PathBuf::from);
        let options = ["--studio", "Foto \"K\""].map(str::to_owned).to_vec();
        let unit = unit(&WatchCommand { program, config, dir: Some(dir), options }).unwrap();
        let line = unit.lines().find(|line| line.starts_with("ExecStart=")).unwrap();
        assert_eq!(
            line,
            "ExecStart=\"/opt/l/lichtbild-studio\" \"watch\" \"--config\" \"/c$$1.toml\" \"--studio\" \"Foto \\\"K\\\"\" \"--\" \"/home/k/100 %% \\\"gut\\\"/-x\""
        );
    }
}
