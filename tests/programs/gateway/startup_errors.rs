//! `init`, and everything that keeps `serve` from starting: each with the remedy in its message, each before a port is open.

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use crate::support::gateway_process::{GatewayFolder, mode};

/// Every file below a folder with its bytes.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            found.extend(contents(&entry.path()));
        } else {
            found.insert(entry.path(), fs::read(entry.path()).unwrap());
        }
    }
    found
}

#[test]
fn init_never_touches_what_is_there() {
    let home = GatewayFolder::with_default_profile();
    let before = contents(&home.file(""));
    let message = home.failure(&["init", "--dir", "gateway"]);
    assert!(message.contains("gateway.toml is there already") && message.contains("--dir"), "{message}");
    assert_eq!(contents(&home.file("")), before);

    for taken in ["gateway.toml", "gateway.key", "lichtbild.sqlite", "certs"] {
        let home = GatewayFolder::empty();
        fs::create_dir(home.file("")).unwrap();
        fs::write(home.file(taken), "mine").unwrap();
        let message = home.failure(&["init", "--dir", "gateway"]);
        assert!(message.contains(taken), "{message}");
        assert_eq!(contents(&home.file("")), BTreeMap::from([(home.file(taken), b"mine".to_vec())]));
    }
}

#[test]
fn secrets_are_their_owners_alone_whatever_the_umask() {
    let home = GatewayFolder::empty();
    let mut shell = Command::new("sh");
    home.set_environment(&mut shell);
    let init = "umask 0000; exec \"$0\" init --dir gateway --port-base 0";
    assert!(shell.args(["-c", init, env!("CARGO_BIN_EXE_lichtbild-gateway")]).status().unwrap().success());
    let studio = home.studio("Foto Koch");
    let gateway = home.start();
    let secrets =
        ["gateway.key", "certs/server.key", "certs/server-ca.key", "certs/studio-ca.key", "certs/office-ca.key"];
    let database = ["lichtbild.sqlite", "lichtbild.sqlite-wal", "lichtbild.sqlite-shm"];
    let made = [home.file("gateway.key"), studio.file("key.pem"), studio.file("device.p12")];
    for file in secrets.iter().chain(&database).map(|name| home.file(name)).chain(made) {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    assert_eq!(mode(&studio.file("certificate.pem")), 0o644);
    drop(gateway);
}

/// Spoils a gateway in one way.
type SpoilGateway = fn(&GatewayFolder);

#[test]
fn serve_says_what_to_do_about_what_is_missing_or_wrong() {
    let cases: [(&str, SpoilGateway, &[&str]); 17] = [
        ("unknown key", |home| append(home, "databse = 1"), &["databse", "expected one of"]),
        ("monitoring for all", |home| home.set("ops", "\"0.0.0.0:0\""), &["listen.ops", "loopback"]),
        (
            "no address of a load balancer",
            |home| home.set("proxy_protocol_from", "[\"10.1.2.3/8\"]"),
            &["\"10.1.2.3/8\" is an address in a network", "proxy_protocol_from = [", "\"10.0.0.0/8\" for the network"],
        ),
        ("no level", |home| home.set("level", "\"loud\""), &["loud", "use error, warn, info or debug"]),
        ("no profile", |home| home.set("profile", "\"none\""), &["none", "de-tr03121"]),
        ("no profile file", |home| append(home, "profile_file = 'none.toml'"), &["none.toml", "check its path"]),
        ("no configuration", |home| remove(home, "gateway.toml"), &["gateway.toml", "--config", "init"]),
        ("no key file", |home| remove(home, "gateway.key"), &["gateway.key", "check its path"]),
        ("exposed key file", |home| expose(home, "gateway.key"), &["chmod 600", "gateway.key"]),
        ("damaged key file", |home| write(home, "gateway.key", "?"), &["gateway.key", "restore it from the backup"]),
        ("no server key", |home| remove(home, "certs/server.key"), &["server.key", "check its path"]),
        ("exposed server key", |home| expose(home, "certs/server.key"), &["chmod 600", "server.key"]),
        ("another's server key", mismatch, &["check that they belong together"]),
        ("no certificate", |home| write(home, "certs/server.crt", ""), &["server.crt", "PEM"]),
        ("no studio CA", |home| remove(home, "certs/studio-ca.crt"), &["studio-ca.crt", "check that it exists"]),
        ("no database", |home| remove(home, "lichtbild.sqlite"), &["lichtbild.sqlite", "lichtbild-gateway init"]),
        ("not a database", |home| write(home, "lichtbild.sqlite", &"x".repeat(5000)), &["restore it from a backup"]),
    ];
    for (what, spoil, expected) in cases {
        let home = GatewayFolder::new();
        spoil(&home);
        let message = home.failure(&["serve"]);
        assert!(expected.iter().all(|part| message.contains(part)), "{what}: {message}");
        assert!(
            message.lines().any(|line| line.starts_with("error: ")) && !message.contains("panicked"),
            "{what}: {message}"
        );
        assert!(!message.contains("\\u{a}"), "an excerpt of a file has lines: {message}");
    }
}

fn append(home: &GatewayFolder, line: &str) {
    let text = fs::read_to_string(home.config()).unwrap();
    fs::write(home.config(), format!("{line}\n{text}")).unwrap();
}

fn remove(home: &GatewayFolder, name: &str) {
    fs::remove_file(home.file(name)).unwrap();
}

fn expose(home: &GatewayFolder, name: &str) {
    fs::set_permissions(home.file(name), fs::Permissions::from_mode(0o640)).unwrap();
}

fn write(home: &GatewayFolder, name: &str, text: &str) {
    // Into the old file, so that its mode stays.
    fs::write(home.file(name), text).unwrap();
}

fn mismatch(home: &GatewayFolder) {
    fs::copy(home.file("certs/studio-ca.key"), home.file("certs/server.key")).unwrap();
}

#[test]
fn a_port_that_is_taken_is_named_with_the_key_it_comes_from() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    for key in ["studio", "office", "enrolment", "ops"] {
        let home = GatewayFolder::new();
        // `studio` and `office` are tables of the command line too; in the file each key stands once.
        home.set(key, &format!("\"{address}\""));
        let message = home.failure(&["serve"]);
        for part in [&address.to_string(), &format!("listen.{key}"), "choose another port"] {
            assert!(message.contains(part), "{message}");
        }
    }
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_left_alone() {
    let home = GatewayFolder::new();
    home.studio("Foto Koch");
    let options = SqliteConnectOptions::new().filename(home.database());
    let mut database = options.connect().await.unwrap();
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 VALUES (9999, 'of tomorrow', 1, x'00', 1)";
    sqlx::query(newer).execute(&mut database).await.unwrap();
    database.close().await.unwrap();
    let before = fs::read(home.database()).unwrap();
    for command in [&["serve"][..], &["studio", "list"], &["studio", "add", "Foto Neu", "--place", "Köln"]] {
        let message = home.failure(command);
        assert!(message.contains("schema 9999") && message.contains("run that version"), "{message}");
    }
    assert!(fs::read(home.database()).unwrap() == before, "it was changed");
}

#[tokio::test]
async fn a_renewed_server_certificate_has_the_names_that_were_asked_for() {
    let home = GatewayFolder::new();
    let studio = home.studio("Foto Koch");
    let old = fs::read(home.file("certs/server.crt")).unwrap();
    let gateway = home.start();
    assert!(home.run(&["renew-server-certificate", "--host", "gateway.example"]).status.success());
    assert!(fs::read(home.file("certs/server.crt")).unwrap() != old);
    assert_eq!(mode(&home.file("certs/server.key")), 0o600);
    assert_eq!(studio.client(gateway.studio()).get("/v1/me").await.unwrap().status, 200);
    drop(gateway);
    let gateway = home.start();
    assert_eq!(studio.client(gateway.studio()).get("/v1/me").await.unwrap().status, 200);
    let port = reqwest::Url::parse(gateway.studio()).unwrap().port().unwrap();
    let shown = Command::new("openssl")
        .args(["s_client", "-connect", &format!("127.0.0.1:{port}"), "-verify_hostname", "gateway.example"])
        .arg("-CAfile")
        .arg(home.file("certs/server-ca.crt"))
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&shown.stdout).contains("Verification: OK"), "not for the host that was asked for");
}

#[test]
fn a_signal_stops_a_gateway_that_logs_next_to_nothing() {
    let home = GatewayFolder::new();
    home.set("level", "\"error\"");
    assert_eq!(home.start().stop().code(), Some(0));
}
