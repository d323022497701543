//! The disk fills up: nothing is acknowledged that is not kept, what was acknowledged stays, and space brings it all back.

use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

use crate::support::database_inspector::DatabaseInspector;
use crate::support::gateway_process::{GatewayFolder, GatewayProcess, wait_until};
use crate::support::https_client::{PHOTO, plain_get};

/// A disk of 2 MiB for the gateway alone: in a mount namespace of its own, it is gone with the process.
const DISK: &str = "mount -t tmpfs -o size=2m tmpfs disk && cp -p gateway/lichtbild.sqlite disk/ && exec \"$0\" \"$@\"";

/// Runs a shell command where it may mount; root inside is nobody special outside.
fn in_own_namespace(home: &GatewayFolder, command: &str) -> Command {
    let mut unshare = Command::new("unshare");
    home.set_environment(&mut unshare);
    unshare.args([
        "--user",
        "--map-root-user",
        "--mount",
        "sh",
        "-c",
        command,
        env!("CARGO_BIN_EXE_lichtbild-gateway"),
    ]);
    unshare
}

/// Reports whether a small disk can be mounted here. If not, the tests print that and pass; in continuous integration they fail.
fn may_mount(home: &GatewayFolder) -> bool {
    let why_not = match in_own_namespace(home, "mount -t tmpfs -o size=1m tmpfs disk").output() {
        Ok(output) if output.status.success() => return true,
        Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        Err(error) => format!("unshare: {error}"),
    };
    let in_integration = std::env::var("CI").is_ok_and(|value| value == "true");
    assert!(
        !in_integration,
        "no small disk can be mounted here ({why_not}), and CI is \"true\": there it must be possible, as it is for root, or in \
         a container that may unshare and mount. Run the tests so, or unset CI to let them skip the full disk."
    );
    eprintln!("skipped: a small disk cannot be mounted here ({why_not})");
    false
}

struct SmallDisk(PathBuf);

impl SmallDisk {
    fn of(gateway: &GatewayProcess, home: &GatewayFolder) -> Self {
        let path = home.beside("disk");
        Self(PathBuf::from(format!("/proc/{}/root{}", gateway.process_id(), path.display())))
    }

    fn fill(&self) {
        let mut ballast = File::options().create(true).append(true).open(self.0.join("ballast")).unwrap();
        while ballast.write_all(&[0; 512]).is_ok() {}
    }

    fn free(&self) {
        fs::remove_file(self.0.join("ballast")).unwrap();
    }

    /// SQLite does not find its way through `/proc`; the gateway has nothing to write at this moment.
    fn copy_of_the_database(&self, home: &GatewayFolder) -> PathBuf {
        for name in ["lichtbild.sqlite", "lichtbild.sqlite-wal"] {
            fs::copy(self.0.join(name), home.beside(name)).unwrap();
        }
        home.beside("lichtbild.sqlite")
    }
}

#[tokio::test]
async fn a_full_disk_refuses_deposits_and_loses_nothing() {
    let home = GatewayFolder::new();
    fs::create_dir(home.beside("disk")).unwrap();
    if !may_mount(&home) {
        return;
    }
    home.set("database", "\"../disk/lichtbild.sqlite\"");
    let database = home.database();
    let (studio, office) = {
        // The commands work on the database that the gateway is going to get.
        home.set("database", "\"lichtbild.sqlite\"");
        let parties = (home.studio("Foto Koch"), home.office("Amt Nord"));
        home.set("database", "\"../disk/lichtbild.sqlite\"");
        parties
    };
    assert!(!database.with_extension("sqlite-wal").exists(), "a copy without its log would not be whole");
    let gateway = home.start_as(in_own_namespace(&home, DISK));
    let disk = SmallDisk::of(&gateway, &home);
    let (watched, desk) = (studio.client(gateway.studio()), office.client(gateway.office()));
    let mut codes = vec![watched.deposit("a-key-for-the-first-photo").await.unwrap().code()];
    let collection = desk.collect_ok(&codes[0]).await;

    disk.fill();
    let mut refused = None;
    for number in 0..50 {
        let key = format!("a-key-for-photo-{number}");
        let answer = watched.deposit(&key).await.unwrap();
        if answer.status == 503 {
            assert_eq!(answer.problem().1, "storage-unavailable");
            assert!(answer.headers.contains_key("retry-after"));
            refused = Some(key);
            break;
        }
        codes.push(answer.code());
        disk.fill();
    }
    let refused = refused.expect("two megabytes hold no fifty photos");
    assert_eq!(watched.deposit(&refused).await.unwrap().status, 503, "still full");
    let list = watched.get("/v1/photos").await.unwrap();
    assert_eq!(list.json()["photos"].as_array().map(Vec::len), Some(codes.len()));
    let fetched = desk.fetch(&collection, &codes[0]).await.unwrap();
    assert!(fetched.status == 503 || fetched.body == PHOTO, "{}", fetched.status);

    disk.free();
    wait_until("there is space again", async || {
        let answer = watched.deposit(&refused).await.unwrap();
        let stored = answer.status == 201;
        if stored {
            codes.push(answer.code());
        }
        stored
    })
    .await;
    for code in &codes {
        let collection = desk.collect_ok(code).await;
        assert!(desk.fetch(&collection, code).await.unwrap().body == PHOTO);
    }
    assert!(plain_get(&format!("{}/readyz", gateway.ops())).await.contains("\"ready\""));
    let mut ledger = DatabaseInspector::open(&disk.copy_of_the_database(&home)).await;
    ledger.assert_consistent().await;
    assert_eq!(ledger.photos().await, codes.len() as i64);
}

#[test]
fn a_gateway_that_finds_its_disk_full_does_not_start_or_does_not_lie() {
    let home = GatewayFolder::new();
    fs::create_dir(home.beside("disk")).unwrap();
    if !may_mount(&home) {
        return;
    }
    home.set("database", "\"../disk/lichtbild.sqlite\"");
    let full = DISK.replace("&& exec", "&& (dd if=/dev/zero of=disk/ballast bs=512 2>/dev/null || true) && exec");
    let output = in_own_namespace(&home, &full).arg("serve").output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(message.contains("disk is full") && message.contains("free some space"), "{message}");
}
