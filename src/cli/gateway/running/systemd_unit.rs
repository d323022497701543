//! `serve --print-systemd-unit`: a unit for the system's service manager, with no more rights than this configuration needs.

use std::path::{Path, PathBuf};

use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::language::phrase;
use crate::cli::gateway::message::eprint_lines;
use crate::cli::gateway::output::print_file;
use crate::cli::shown_path::path_argument;
use crate::cli::systemd::{quoted_argument, quoted_path};
use crate::config::Config;
use crate::server::file_descriptors::needed_descriptors;
use crate::storage::DatabaseLocation;

/// Path at which systemd reads the unit file.
const UNIT_FILE: &str = "/etc/systemd/system/lichtbild.service";

/// Time to write the last checkpoint and watermark and to close the database, after the requests.
const STOP_RESERVE_SECONDS: f64 = 15.0;

/// Ports below it need a capability (Linux, `ip_unprivileged_port_start`).
const FIRST_UNPRIVILEGED_PORT: u16 = 1024;

/// Prints the unit on the standard output and what to do with it on the error stream.
pub(super) fn print_unit(config_file: &Path, checkpoint: Option<&Path>) -> Result<(), CommandError> {
    let absolute = |path: &Path| {
        std::path::absolute(path).map_err(|error| CommandError::new(phrase!("gateway-unit-no-folder"), error))
    };
    let program =
        std::env::current_exe().map_err(|error| CommandError::new(phrase!("gateway-unit-no-program"), error))?;
    let config_file = absolute(config_file)?;
    // Loaded by its absolute path, so that all paths in it are absolute too.
    let config = Config::load(&config_file)?;
    let mut command = vec![program, "serve".into(), "--config".into(), config_file.clone()];
    if let Some(file) = checkpoint {
        command.extend(["--checkpoint".into(), absolute(file)?]);
    }
    let unit = unit(&config, &command).ok_or_else(|| CommandError::plain(phrase!("gateway-unit-bad-path")))?;
    let folder = config_file.parent().unwrap_or(Path::new("/"));
    print_file(&unit)?;
    eprint_lines(phrase!("gateway-unit-next", unit = UNIT_FILE, folder = path_argument(folder)));
    Ok(())
}

/// `None` for paths that are no text, and for characters that cannot be displayed.
fn unit(config: &Config, command: &[PathBuf]) -> Option<String> {
    let command_line =
        command.iter().map(|word| quoted_argument(word.to_str()?)).collect::<Option<Vec<_>>>()?.join(" ");
    let (writable, optional) = writable_folders(config);
    let mut paths = writable.iter().map(|path| quoted_path(path.to_str()?)).collect::<Option<Vec<_>>>()?;
    for path in &optional {
        paths.push(quoted_path(&format!("-{}", path.to_str()?))?);
    }
    let paths = paths.join(" ");
    let used = || command.iter().chain(&writable).chain(&optional);
    let lies_in = |folders: &[&str]| used().any(|path| folders.iter().any(|folder| path.starts_with(folder)));
    let home = if lies_in(&["/home", "/root", "/run/user"]) { "read-only" } else { "yes" };
    let private_tmp = if lies_in(&["/tmp", "/var/tmp"]) { "no" } else { "yes" };
    let after = match config.database {
        DatabaseLocation::File(_) => "network-online.target",
        DatabaseLocation::Server(_) => "network-online.target postgresql.service",
    };
    let listen = &config.listen;
    let binds_low_port = [listen.studio, listen.office, listen.enrolment, listen.ops]
        .iter()
        .any(|address| (1..FIRST_UNPRIVILEGED_PORT).contains(&address.port()));
    let capabilities = if binds_low_port {
        "AmbientCapabilities=CAP_NET_BIND_SERVICE\nCapabilityBoundingSet=CAP_NET_BIND_SERVICE"
    } else {
        "CapabilityBoundingSet=\nPrivateUsers=yes"
    };
    let stop = (config.limits.finish_seconds + config.limits.linger_seconds + STOP_RESERVE_SECONDS).ceil();
    let descriptors = needed_descriptors(config);
    // Not ProcSubset=pid: the clock is watched by the machine's boot id, which is below /proc/sys.
    Some(format!(
        "[Unit]
Description=Lichtbild: gateway for passport photos
Wants=network-online.target
After={after}
# A database that is away for an hour must not end the attempts.
StartLimitIntervalSec=0

[Service]
Type=exec
User=lichtbild
Group=lichtbild
ExecStart={command_line}
ExecReload=/bin/kill -HUP $MAINPID
KillSignal=SIGTERM
TimeoutStopSec={stop}
Restart=on-failure
RestartSec=5
UMask=0027
LimitNOFILE={descriptors}
LimitCORE=0
# Photos, codes and keys are in the gateway's memory while it works on them.
MemorySwapMax=0

ProtectSystem=strict
ReadWritePaths={paths}
ProtectHome={home}
PrivateTmp={private_tmp}
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
{capabilities}
NoNewPrivileges=yes
KeyringMode=private
LockPersonality=yes
MemoryDenyWriteExecute=yes
RemoveIPC=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service

[Install]
WantedBy=multi-user.target"
    ))
}

/// Folders in which the gateway writes, without those inside another one; and the folder of the witness file, which may be on a mount
/// that is not there yet.
fn writable_folders(config: &Config) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let certificates = &config.certificates;
    let mut files = vec![
        &config.key_file,
        &certificates.studio_crl,
        &certificates.office_crl,
        &config.audit.key,
        &config.audit.public_key,
        &config.audit.checkpoints,
    ];
    files.extend(&config.audit.head_file);
    if let DatabaseLocation::File(file) = &config.database {
        files.push(file);
    }
    let witness: Vec<_> = config.audit.witness_file.iter().collect();
    let required = outermost(files.into_iter().map(|file| parent(file)).collect());
    let mut optional = outermost(witness.into_iter().map(|file| parent(file)).collect());
    optional.retain(|path| !required.iter().any(|other| path.starts_with(other)));
    (required, optional)
}

/// The folder of a file; the file itself if that is the root folder, since everything would be writable otherwise.
fn parent(file: &Path) -> PathBuf {
    file.parent().filter(|folder| folder.parent().is_some()).unwrap_or(file).to_owned()
}

fn outermost(mut folders: Vec<PathBuf>) -> Vec<PathBuf> {
    folders.sort();
    // Sorted by components, a folder comes right before everything inside it.
    folders.dedup_by(|next, kept| next.starts_with(kept));
    folders
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn unit_of(text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("gateway.toml");
        std::fs::write(&file, text).unwrap();
        let config = Config::load(&file).unwrap();
        let unit = unit(&config, &["/opt/l b/lichtbild-gateway".into(), "serve".into()]).unwrap();
        unit.replace(folder.path().to_str().unwrap(), "/srv/lichtbild")
    }

    #[test]
    fn a_gateway_in_one_folder_may_write_there_and_nowhere_else() {
        let unit = unit_of("");
        for line in [
            "ExecStart=\"/opt/l b/lichtbild-gateway\" \"serve\"",
            "ReadWritePaths=\"/srv/lichtbild\"",
            "After=network-online.target",
            "CapabilityBoundingSet=",
            "TimeoutStopSec=36",
            "LimitNOFILE=5696",
        ] {
            assert!(unit.lines().any(|found| found == line), "{line}: {unit}");
        }
        assert!(!unit.contains("AmbientCapabilities"));
    }

    #[test]
    fn files_elsewhere_low_ports_and_a_database_server_are_provided_for() {
        let unit = unit_of(
            "key_file = '/media/key $1/gateway.key'\ndatabase = 'postgres://l@h/d'\n[listen]\noffice = '0.0.0.0:443'\n\
             [audit]\ncheckpoints = '/checkpoints'\nwitness_file = '/mnt/elsewhere/head.json'\n",
        );
        // Their order depends on the machine's folder for temporary files.
        let writable = unit.lines().find_map(|line| line.strip_prefix("ReadWritePaths=\"")?.strip_suffix('"')).unwrap();
        let mut writable: Vec<_> = writable.split("\" \"").collect();
        writable.sort_unstable();
        assert_eq!(writable, ["-/mnt/elsewhere", "/checkpoints", "/media/key $1", "/srv/lichtbild/certs"]);
        for line in [
            "After=network-online.target postgresql.service",
            "AmbientCapabilities=CAP_NET_BIND_SERVICE",
            "CapabilityBoundingSet=CAP_NET_BIND_SERVICE",
        ] {
            assert!(unit.lines().any(|found| found == line), "{line}: {unit}");
        }
        assert!(!unit.contains("PrivateUsers"), "the capability would count in the namespace only");
    }

    #[test]
    fn homes_are_hidden_unless_the_gateway_lives_in_one() {
        assert!(unit_of("database = '/home/l/l.sqlite'").contains("\nProtectHome=read-only\n"));
        let config = Config::default();
        assert!(unit(&config, &["/usr/bin/lichtbild-gateway".into()]).unwrap().contains("\nProtectHome=yes\n"));
    }
}
