//! Certificates of counters and of an office's programs, by the commands that make and renew them.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::gateway_process::{GENEROUS_TIMEOUT, GatewayFolder, free_port};

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn openssl(home: &GatewayFolder, arguments: &[&str]) -> String {
    let mut command = Command::new("openssl");
    home.set_environment(&mut command);
    let output = command.args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

fn office(home: &GatewayFolder) {
    home.json(&["office", "add", "Bürgerbüro Mitte", "--place", "Düsseldorf"]);
}

fn add(home: &GatewayFolder, options: &[&str]) -> Value {
    home.json(&[&["device", "add", "--office", "Bürgerbüro Mitte"], options].concat())
}

fn file(made: &Value, name: &str) -> String {
    made[name].as_str().unwrap_or_else(|| panic!("no {name}: {made}")).to_owned()
}

/// The names that lists of certificates show, without umlauts, which openssl writes as it likes.
fn friendly_names(home: &GatewayFolder, made: &Value, options: &[&str]) -> Vec<String> {
    let (p12, password) = (file(made, "p12"), format!("pass:{}", file(made, "p12_password")));
    let shown = openssl(home, &[&["pkcs12", "-in", &p12, "-nodes", "-passin", &password], options].concat());
    shown
        .lines()
        .filter_map(|line| Some(line.trim().strip_prefix("friendlyName: ")?.chars().filter(char::is_ascii).collect()))
        .collect()
}

#[test]
fn a_counter_is_named_in_its_certificate_and_lists_of_certificates_tell_two_of_one_label_apart() {
    let home = GatewayFolder::new();
    office(&home);
    let first = add(&home, &["--label", "counter 3"]);
    let second = add(&home, &["--label", "counter 3", "--lang", "en"]);
    let unnamed = add(&home, &[]);
    let [name, authority, key_name] = friendly_names(&home, &first, &[]).try_into().unwrap();
    assert!(name.starts_with("Brgerbro Mitte, counter 3, bis "), "{name}");
    assert_eq!(key_name, name, "Java shows the name of the key, browsers that of the certificate");
    assert!(authority.starts_with("Lichtbild office CA "), "{authority}");
    let id = |made: &Value| file(made, "device_id")[30..].to_owned();
    let name = &friendly_names(&home, &second, &[])[0];
    assert!(name.starts_with(&format!("Brgerbro Mitte, counter 3 ({}), until ", id(&second))), "{name}");
    let name = &friendly_names(&home, &unnamed, &[])[0];
    assert!(name.starts_with(&format!("Brgerbro Mitte, {}, bis ", id(&unnamed))), "{name}");

    let shown = openssl(
        &home,
        &["x509", "-in", &file(&first, "certificate"), "-noout", "-subject", "-nameopt", "utf8,sep_comma_plus"],
    );
    let identity = format!("O={},OU=office,serialNumber={}", file(&first, "party_id"), file(&first, "device_id"));
    assert_eq!(shown.trim(), format!("subject={identity},CN=Bürgerbüro Mitte, counter 3"));
}

#[test]
fn a_browser_has_its_certificate_for_a_year_and_a_program_for_sixty_days() {
    let home = GatewayFolder::new();
    office(&home);
    home.json(&["studio", "add", "Foto Koch", "--place", "Düsseldorf"]);
    home.set("browser_certificate_days", "100");
    let studio = |options: &[&str]| home.json(&[&["device", "add", "--studio", "Foto Koch"], options].concat());
    for (made, days, kind) in [
        (add(&home, &[]), 100, "browser"),
        (add(&home, &["--for", "program"]), 60, "program"),
        (add(&home, &["--auditor"]), 60, "program"),
        (studio(&[]), 60, "program"),
        (studio(&["--for", "browser"]), 100, "browser"),
    ] {
        let pem = file(&made, "certificate");
        let ends_within = |days: u64| {
            let seconds = (days * 86_400).to_string();
            let mut command = Command::new("openssl");
            !command.args(["x509", "-in", &pem, "-noout", "-checkend", &seconds]).output().unwrap().status.success()
        };
        assert!(ends_within(days + 1) && !ends_within(days - 1), "{made}");
        let list = home.json(&["device", "list"]);
        let rows = list.as_array().unwrap();
        let row = rows.iter().find(|row| row["device"]["device_id"] == made["device_id"]).unwrap();
        assert_eq!(row["device"]["kind"], kind, "{row}");
        // A program of an office renews by it, too.
        assert_eq!(
            made.get("studio_config").is_some(),
            kind == "program" || row["party"]["role"] == "studio",
            "{made}"
        );
    }
}

#[test]
fn a_legacy_file_is_made_for_old_systems_and_the_versions_are_named() {
    let home = GatewayFolder::new();
    office(&home);
    let legacy = add(&home, &["--p12", "legacy"]);
    assert_eq!(friendly_names(&home, &legacy, &["-legacy"]).len(), 3);
    let told = home.run(&["device", "add", "--office", "Bürgerbüro Mitte"]);
    assert!(
        text(&told.stderr).contains("Server 2016") && text(&told.stderr).contains("--p12 legacy"),
        "{}",
        text(&told.stderr)
    );
}

#[test]
fn certificates_made_here_name_their_revocation_list_once_its_address_is_known() {
    let home = GatewayFolder::new();
    office(&home);
    let extension = |made: &Value| {
        openssl(&home, &["x509", "-in", &file(made, "certificate"), "-noout", "-ext", "crlDistributionPoints"])
    };
    let mut command = Command::new("openssl");
    let without = add(&home, &[]);
    let shown = command.args(["x509", "-in", &file(&without, "certificate"), "-noout", "-text"]).output().unwrap();
    assert!(!text(&shown.stdout).contains("CRL Distribution"), "{}", text(&shown.stdout));
    let port = free_port();
    home.set("enrolment", &format!("\"127.0.0.1:{port}\""));
    assert!(extension(&add(&home, &[])).contains(&format!("URI:https://localhost:{port}/crl/office.crl")));
}

#[test]
fn an_office_program_renews_by_the_studio_program_and_the_log_warns_of_browsers() {
    let home = GatewayFolder::new();
    for key in ["studio", "office", "enrolment"] {
        home.set(key, &format!("\"127.0.0.1:{}\"", free_port()));
    }
    home.set("browser_certificate_days", "10");
    office(&home);
    let program = add(&home, &["--for", "program"]);
    let counter = add(&home, &["--label", "counter 3"]);
    let listed = home.json(&["device", "list", "--expiring"]);
    assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
    assert_eq!(listed[0]["device"]["device_id"], counter["device_id"]);

    let gateway = home.start();
    let begun = std::time::Instant::now();
    while !gateway.log().contains("certificates of browsers end within 14 days") {
        assert!(begun.elapsed() < GENEROUS_TIMEOUT, "{}", gateway.log());
        std::thread::yield_now();
    }
    let renew = |options: &[&str]| -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lichtbild-studio"));
        home.set_environment(&mut command);
        command.args(["renew", "--config", &file(&program, "studio_config")]).args(options).output().unwrap()
    };
    let renewed = renew(&["--force"]);
    assert_eq!(renewed.status.code(), Some(0), "{}{}", text(&renewed.stdout), text(&renewed.stderr));
    // The new pair was tried at the office's listener before it was put in place, where the reference clients look for it.
    let device = Path::new(&file(&program, "studio_config")).with_file_name("device.pem");
    assert!(fs::read_to_string(device).unwrap().contains("PRIVATE KEY"));
}
