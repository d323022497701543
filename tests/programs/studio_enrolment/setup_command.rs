//! The set-up step by step, with typed answers.

skip_in!(quick, postgres: "starts the programs, with a database of their own");

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Output, Stdio};

use super::readme_walkthrough::{ReadmeSetup, field, text};
use crate::support::gateway_process::{set_profile, studio_profile};
use crate::support::https_client::PHOTO;

/// A shop with an empty profile, and a `systemctl` that only notes its calls.
struct SetupShop {
    setup: ReadmeSetup,
}

impl SetupShop {
    fn new() -> Self {
        let setup = ReadmeSetup::new();
        fs::create_dir(setup.home.beside("bin")).unwrap();
        let calls = setup.home.beside("systemctl-calls");
        let script = format!("#!/bin/sh\necho \"$@\" >> '{}'\n", calls.display());
        let systemctl = setup.home.beside("bin/systemctl");
        fs::write(&systemctl, script).unwrap();
        fs::set_permissions(systemctl, fs::Permissions::from_mode(0o755)).unwrap();
        Self { setup }
    }

    fn profile(&self, file: &str) -> PathBuf {
        studio_profile(&self.setup.home.beside("profile")).join(file)
    }

    /// Runs the set-up with typed lines.
    fn set_up(&self, options: &[&str], typed: &[&str]) -> Output {
        let mut command = self.setup.studio_command(&[&["setup", "--lang", "en"], options].concat());
        set_profile(&mut command, &self.setup.home.beside("profile"));
        command.env("HOME", self.setup.home.beside("home")).env("PATH", self.setup.home.beside("bin"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut program = command.spawn().unwrap();
        let lines: String = typed.iter().map(|line| format!("{line}\n")).collect();
        // The program may end before it has read all.
        let _ = program.stdin.take().unwrap().write_all(lines.as_bytes());
        program.wait_with_output().unwrap()
    }

    fn config(&self) -> String {
        fs::read_to_string(self.profile("studio.toml")).unwrap()
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", text(&output.stderr), text(&output.stdout))
}

#[test]
fn a_shop_is_connected_by_address_code_and_enter() {
    let shop = SetupShop::new();
    let _gateway = shop.setup.home.start();
    let invitation = shop.setup.invite();
    let (url, code) = (field(&invitation, "url"), field(&invitation, "code"));
    let done = shop.set_up(&[], &["http://wrong", url, "ABCD", code, "photos", ""]);
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    let told = said(&done);
    for part in [
        "Foto Koch",
        "Type the whole path",
        "OK         deposit",
        "Done. Export passport photos to",
        "not seen to run yet",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let folder = shop.setup.home.beside("home/Lichtbild");
    assert!(folder.is_dir() && shop.config().contains(folder.to_str().unwrap()), "{}", shop.config());
    let unit = fs::read_to_string(shop.setup.home.beside("profile/systemd/user/lichtbild-watch.service")).unwrap();
    assert!(unit.contains(shop.profile("studio.toml").to_str().unwrap()), "{unit}");
    let calls = fs::read_to_string(shop.setup.home.beside("systemctl-calls")).unwrap();
    let calls: Vec<_> = calls.lines().collect();
    let unit = "lichtbild-watch.service";
    assert_eq!(calls, ["--user daemon-reload", &format!("--user enable {unit}"), &format!("--user restart {unit}")]);

    // The unit's command needs no argument.
    fs::write(folder.join("anna.jpg"), PHOTO).unwrap();
    let mut watch = shop.setup.studio_command(&["watch", "--once", "--settle", "0", "--config"]);
    let watched = watch.arg(shop.profile("studio.toml")).output().unwrap();
    assert_eq!(watched.status.code(), Some(0), "{}", said(&watched));
    assert!(folder.join("sent/anna.receipt.pdf").is_file());

    // A second run changes nothing and tests again.
    let before = shop.config();
    let again = shop.set_up(&["--no-autostart"], &[""]);
    assert_eq!(again.status.code(), Some(0), "{}", said(&again));
    assert!(said(&again).contains("enrolled already"), "{}", said(&again));
    assert_eq!(shop.config(), before);

    for told in ["no longer watched", "No start at logon was set up"] {
        let removed = shop.set_up(&["--remove-autostart"], &[]);
        assert_eq!((removed.status.code(), said(&removed).contains(told)), (Some(0), true), "{}", said(&removed));
    }
    assert!(!shop.setup.home.beside("profile/systemd/user/lichtbild-watch.service").exists());
    let calls = fs::read_to_string(shop.setup.home.beside("systemctl-calls")).unwrap();
    assert!(calls.contains(&format!("--user disable --now {unit}")), "{calls}");
}

#[test]
fn an_interrupted_set_up_goes_on_where_it_stopped() {
    let shop = SetupShop::new();
    let gateway = shop.setup.home.start();
    let invitation = shop.setup.invite();
    let (url, code) = (field(&invitation, "url"), field(&invitation, "code"));
    let nothing = shop.set_up(&[], &[]);
    assert_eq!(nothing.status.code(), Some(2), "{}", said(&nothing));
    assert!(said(&nothing).contains("There was no further answer"), "{}", said(&nothing));
    drop(gateway);
    // The exit code is that of the failure, not of the missing answer.
    // The letter shows the page for browsers; after a failure enter keeps address and code.
    let unreachable = shop.set_up(&[], &[&format!("{url}/connect/"), code, "", ""]);
    assert_eq!(unreachable.status.code(), Some(4), "{}", said(&unreachable));
    assert!(said(&unreachable).contains("type them again"), "{}", said(&unreachable));
    assert!(!shop.profile("studio.toml").exists());
    let _gateway = shop.setup.home.start();
    let without_folder = shop.set_up(&[], &[url, code]);
    assert_eq!(without_folder.status.code(), Some(2), "{}", said(&without_folder));
    assert!(shop.config().contains("gateway ="));
    let named = shop.setup.home.beside("export folder");
    let done = shop.set_up(&["--no-autostart", "--folder", named.to_str().unwrap()], &[""]);
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    assert!(named.is_dir() && shop.config().contains("export folder"), "{}", shop.config());
    assert!(!shop.setup.home.beside("systemctl-calls").exists());
    let other = shop.set_up(&["--no-autostart", "--folder", "/elsewhere"], &[""]);
    assert_eq!(other.status.code(), Some(2), "{}", said(&other));
}

#[test]
fn a_new_invitation_replaces_a_device_and_keeps_its_folder() {
    let shop = SetupShop::new();
    let _gateway = shop.setup.home.start();
    let [first, second] = [(); 2].map(|()| shop.setup.invite());
    let folder = shop.setup.home.beside("export");
    let options = ["--no-autostart", "--folder", folder.to_str().unwrap()];
    let typed = |invitation: &serde_json::Value| ["url", "code"].map(|name| field(invitation, name).to_owned());
    let [url, code] = typed(&first);
    assert_eq!(shop.set_up(&options, &[&url, &code]).status.code(), Some(0));
    let key = fs::read(shop.profile("device.pem")).unwrap();
    let [url, code] = typed(&second);
    let replaced = shop.set_up(&["--no-autostart"], &["NEW", &url, &code]);
    assert_eq!(replaced.status.code(), Some(0), "{}", said(&replaced));
    assert_ne!(fs::read(shop.profile("device.pem")).unwrap(), key);
    assert_eq!(fs::read(shop.profile("device.pem.1")).unwrap(), key);
    assert!(shop.config().contains("export"), "{}", shop.config());
    // Another answer than enter or "new" is asked about again.
    let asked = shop.set_up(&["--no-autostart"], &["nee", ""]);
    assert_eq!(asked.status.code(), Some(0), "{}", said(&asked));
    assert!(said(&asked).contains("Press enter only, or type \"new\""), "{}", said(&asked));
    // The file for a browser is that of an office.
    fs::write(shop.profile("device.p12"), "").unwrap();
    let office = shop.set_up(&[], &[""]);
    assert_eq!(office.status.code(), Some(0), "{}", said(&office));
    assert!(said(&office).contains("belongs to an office"), "{}", said(&office));
}

#[test]
fn a_watch_that_cannot_be_started_is_told_and_the_rest_is_done() {
    let shop = SetupShop::new();
    let _gateway = shop.setup.home.start();
    let invitation = shop.setup.invite();
    fs::write(shop.setup.home.beside("bin/systemctl"), "#!/bin/sh\necho 'no bus' >&2\nexit 1\n").unwrap();
    let ended = shop.set_up(&[], &[field(&invitation, "url"), field(&invitation, "code"), ""]);
    assert_eq!(ended.status.code(), Some(6), "{}", said(&ended));
    let told = said(&ended);
    assert!(
        told.contains("no bus") && told.contains("Not finished yet") && told.contains("OK         deposit"),
        "{told}"
    );
}
