//! Folders and files of both programs with the umask 000.

skip_in!(quick, postgres: "starts the programs, with databases of their own");

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::fake_gateway::FakeGateway;
use crate::support::gateway_process::GatewayFolder;
use crate::support::photos::jpeg::colour_jpeg;

/// The command with the umask 000.
fn without_umask(command: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", "umask 000; exec \"$0\" \"$@\""]).arg(command.get_program()).args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        shell.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell.stdin(Stdio::null());
    shell
}

/// Permission bits of all files below a folder, by relative path.
fn modes(folder: &Path) -> BTreeMap<String, u32> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let metadata = fs::symlink_metadata(&path).unwrap();
            let name = path.strip_prefix(folder).unwrap().display().to_string();
            found.insert(name, metadata.permissions().mode() & 0o777);
            if metadata.is_dir() {
                folders.push(path);
            }
        }
    }
    found
}

#[test]
fn the_gateway_lets_nobody_else_write_into_what_it_makes() {
    let home = GatewayFolder::empty();
    let run = |arguments: &[&str]| {
        let mut command = home.command();
        let output = without_umask(command.args(arguments)).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    // An existing folder keeps its mode.
    fs::create_dir(home.beside("shared")).unwrap();
    fs::set_permissions(home.beside("shared"), fs::Permissions::from_mode(0o775)).unwrap();
    run(&["init", "--dir", "gateway", "--port-base", "0"]);
    run(&["studio", "add", "Foto Koch", "--place", "Köln"]);
    run(&["device", "add", "--studio", "Foto Koch", "--out", "shared/devices/till"]);
    run(&["device", "add", "--studio", "Foto Koch"]);
    run(&["backup", "backup"]);
    run(&["backup", "keys", "--keys", "only"]);
    run(&["restore", "backup", "--dir", "restored", "--keys", "keys"]);
    let modes = modes(&home.beside(""));
    for (name, mode) in &modes {
        assert!(mode & 0o022 == 0 || name == "shared", "{name}: {mode:04o}");
    }
    for (name, mode) in [
        ("gateway", 0o755),
        ("gateway/certs", 0o755),
        ("gateway/gateway.key", 0o600),
        ("shared", 0o775),
        ("shared/devices", 0o700),
        ("shared/devices/till", 0o700),
        ("shared/devices/till/key.pem", 0o600),
        ("backup", 0o700),
        ("restored", 0o700),
    ] {
        assert_eq!(modes.get(name), Some(&mode), "{name}: {modes:#?}");
    }
}

#[tokio::test]
async fn the_studio_program_lets_nobody_else_write_into_what_it_makes() {
    let gateway = FakeGateway::with_script([]).await;
    let export = gateway.directory().join("export");
    fs::create_dir(&export).unwrap();
    for name in ["good.jpg", "bad.jpg"] {
        let file = export.join(name);
        fs::write(&file, if name == "good.jpg" { colour_jpeg(35, 45) } else { b"no photo".to_vec() }).unwrap();
        fs::set_permissions(file, fs::Permissions::from_mode(0o644)).unwrap();
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_lichtbild-studio"));
    command.current_dir(gateway.directory()).env("LICHTBILD_STUDIO_CONFIG", gateway.config());
    command.args(["watch", "export", "--settle", "0", "--cut-after", "0", "--once"]);
    let mut command = without_umask(&command);
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let modes = modes(&export);
    for (name, mode) in &modes {
        assert_eq!(mode & 0o022, 0, "{name}: {mode:04o}");
    }
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!([modes.get("sent"), modes.get("refused")], [Some(&0o755); 2], "{modes:#?} {told}");
}
