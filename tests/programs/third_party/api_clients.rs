//! The clients of `docs/examples` in Java and Python: deposit, collect, settle, renew.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::support::gateway_process::{GatewayFolder, GatewayProcess};
use crate::support::https_client::{DeviceFiles, PHOTO};

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/examples");

fn java(command: &str, url: &str, device: &DeviceFiles, arguments: &[&str]) -> Command {
    let mut java = Command::new("java");
    java.arg(format!("{EXAMPLES}/LichtbildClient.java")).args([command, url]).arg(&device.folder).args(arguments);
    java.env("LICHTBILD_P12_PASSWORD", &device.password);
    java
}

fn python(command: &str, url: &str, device: &DeviceFiles, arguments: &[&str]) -> Command {
    let mut python = Command::new("python3");
    python.args(["-B", &format!("{EXAMPLES}/studio_client.py"), command, url]).arg(&device.folder).args(arguments);
    python
}

fn run(command: &mut Command, input: &str) -> Output {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[track_caller]
fn printed(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn set_up() -> (GatewayFolder, DeviceFiles, DeviceFiles, GatewayProcess) {
    let home = GatewayFolder::new();
    let (studio, office) = (home.studio("Foto Koch"), home.office("Amt Nord"));
    fs::write(home.beside("photo.jpg"), PHOTO).unwrap();
    let gateway = home.start();
    (home, studio, office, gateway)
}

fn certificate(device: &DeviceFiles, file: &str) -> String {
    fs::read_to_string(device.folder.join(file)).unwrap_or_default()
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn the_java_client_deposits_collects_settles_and_renews() {
    let (home, studio, office, gateway) = set_up();
    let (photo, collected) = (home.beside("photo.jpg"), home.beside("collected.jpg"));
    let deposit = |key| run(&mut java("deposit", gateway.studio(), &studio, &[path(&photo), key]), "");
    let receipt = printed(&deposit("a-key-for-the-photo"));
    assert_eq!(printed(&deposit("a-key-for-the-photo"))["code"], receipt["code"], "a repeat has the same code");

    let code = receipt["code"].as_str().unwrap();
    let settled = printed(&run(&mut java("collect", gateway.office(), &office, &[path(&collected)]), code));
    assert_eq!((&settled["outcome"], fs::read(&collected).unwrap()), (&"used".into(), PHOTO.to_vec()));
    let again = run(&mut java("collect", gateway.office(), &office, &[path(&collected)]), code);
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).starts_with("photo-settled: "), "{again:?}");

    for (device, url) in [(&studio, gateway.studio()), (&office, gateway.office())] {
        let before = fs::read(device.folder.join("device.p12")).unwrap();
        // A leftover of another device, which this one's password does not open.
        fs::create_dir(device.folder.join("renewal")).unwrap();
        fs::write(device.folder.join("renewal/device.p12"), "of another device").unwrap();
        let renewed = run(&mut java("renew", url, device, &[]), "");
        assert!(renewed.status.success(), "{}", String::from_utf8_lossy(&renewed.stderr));
        assert_ne!(fs::read(device.folder.join("device.p12")).unwrap(), before);
        let mode = fs::metadata(device.folder.join("device.p12")).unwrap().permissions().mode();
        assert_eq!((mode & 0o777, device.folder.join("renewal").exists()), (0o600, false));
    }
    printed(&deposit("a-key-for-another-photo"));
}

#[test]
fn the_python_client_deposits_and_renews() {
    let (home, studio, office, gateway) = set_up();
    let photo = home.beside("photo.jpg");
    let deposit = |key| run(&mut python("deposit", gateway.studio(), &studio, &[path(&photo), key]), "");
    let receipt = printed(&deposit("a-key-for-the-photo"));
    assert_eq!(printed(&deposit("a-key-for-the-photo"))["code"], receipt["code"], "a repeat has the same code");
    let refused = deposit("too-short");
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).starts_with("idempotency-key-malformed: "), "{refused:?}");

    for (device, url) in [(&studio, gateway.studio()), (&office, gateway.office())] {
        let renewed = run(&mut python("renew", url, device, &[]), "");
        assert!(renewed.status.success(), "{}", String::from_utf8_lossy(&renewed.stderr));
        assert!(certificate(device, "device.pem").contains("PRIVATE KEY") && certificate(device, "key.pem").is_empty());
        // A renewal that was interrupted after its end has left its key, which is in use and must not be certified once more.
        let used = certificate(device, "device.pem");
        let key = &used[used.find("-----BEGIN PRIVATE KEY").unwrap()..];
        fs::write(device.folder.join("new-key.pem"), key).unwrap();
        let early = run(&mut python("renew", url, device, &[]), "");
        assert!(String::from_utf8_lossy(&early.stderr).starts_with("renewal-too-soon: "), "{early:?}");
        assert_ne!(certificate(device, "new-key.pem"), key);
    }
    printed(&deposit("a-key-for-another-photo"));
}

#[test]
fn the_snippets_of_the_documentation_are_parts_of_the_clients() {
    let guide = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/api.md")).unwrap();
    let mut compared = 0;
    for (language, file) in [("java", "LichtbildClient.java"), ("python", "studio_client.py")] {
        let program = fs::read_to_string(format!("{EXAMPLES}/{file}")).unwrap();
        for snippet in guide.split(&format!("```{language}\n")).skip(1).map(|rest| rest.split("```").next().unwrap()) {
            assert!(program.contains(snippet), "{file} does not have:\n{snippet}");
            compared += 1;
        }
    }
    assert_eq!(compared, 5);
}
