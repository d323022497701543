//! A studio that has only openssl and curl, with the commands of `docs/enrolment.md`.

skip_in!(quick, postgres: "starts the program, with a database of its own");

use std::fs;
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::gateway_process::{GatewayFolder, GatewayProcess};

/// The lines of the page, as printed.
fn page() -> Vec<String> {
    let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/enrolment.md")).unwrap();
    let lines: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("    ")).map(str::to_owned).collect();
    assert!(lines.len() > 5, "{text}");
    lines
}

/// The commands with the addresses of this gateway and this invitation.
fn script(gateway: &GatewayProcess, invitation: &Value) -> String {
    let given = |name: &str| match name {
        "GATEWAY" => Some(gateway.enrolment().to_owned()),
        "LISTENER" => Some(gateway.studio().to_owned()),
        "DEVICE" => invitation["device_id"].as_str().map(str::to_owned),
        "CODE" => invitation["code"].as_str().map(str::to_owned),
        "CA_SHA256" => invitation["ca_sha256"].as_str().map(str::to_owned),
        _ => None,
    };
    let lines = page().into_iter().map(|line| {
        let name = line.split('=').next().unwrap_or_default();
        given(name).map_or(line.clone(), |value| format!("{name}={value}"))
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn bash(home: &GatewayFolder, script: &str) -> Output {
    fs::create_dir_all(home.beside("shop")).unwrap();
    let mut command = Command::new("bash");
    home.set_environment(&mut command);
    command.current_dir(home.beside("shop")).args(["-euo", "pipefail", "-c", script]).output().unwrap()
}

#[track_caller]
fn success(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The refusal that the lines show.
#[track_caller]
fn shown_problem(output: &Output) -> Value {
    let shown = String::from_utf8_lossy(&output.stderr);
    let problem = shown.lines().find(|line| line.starts_with('{')).unwrap_or_else(|| panic!("no problem: {shown}"));
    serde_json::from_str(problem).unwrap()
}

fn curl_is_there() {
    let found = Command::new("curl").arg("--version").output();
    assert!(found.is_ok(), "install curl and openssl by apt, or let tests/run do it");
}

#[test]
fn the_printed_lines_enrol_and_renew_with_openssl_and_curl_alone() {
    curl_is_there();
    let home = GatewayFolder::new();
    let invitation = home.json(&["studio", "invite", "Foto Koch", "--place", "Düsseldorf"]);
    let gateway = home.start();
    success(&bash(&home, &script(&gateway, &invitation)));

    let me = format!(
        "for name in '' new-; do curl -sS --cacert gateway-ca.pem --cert ${{name}}certificate.pem --key ${{name}}key.pem \
         {}/v1/me; echo; done",
        gateway.studio()
    );
    let device_id = invitation["device_id"].as_str().unwrap();
    let answers = success(&bash(&home, &me));
    assert_eq!(answers.lines().filter(|line| line.contains(device_id)).count(), 2, "{answers}");

    let shown = "openssl x509 -in new-certificate.pem -noout -text";
    let text = success(&bash(&home, shown));
    assert!(text.contains("TLS Web Client Authentication") && text.contains("/crl/studio.crl"), "{text}");
    // The address in it leads to the list.
    let listed = "curl -sSf --cacert gateway-ca.pem $(openssl x509 -in new-certificate.pem -noout -ext \
                  crlDistributionPoints | sed -n 's/.*URI://p') | openssl crl -inform DER -noout -text";
    let list = success(&bash(&home, listed));
    assert!(list.contains("Issuer:") && list.contains("No Revoked Certificates"), "{list}");
    let verified = "csplit -sz -f part- authorities.pem '/^subject/' '{*}'; for part in part-*; do \
                    openssl verify -x509_strict -purpose sslclient -CAfile $part new-certificate.pem && exit 0; done; exit 1";
    assert!(success(&bash(&home, verified)).contains("OK"));
    let list = home.json(&["device", "list"]);
    assert_eq!((&list[0]["state"], &list[0]["invitation"]), (&"active".into(), &Value::Null));
    assert!(!gateway.log().contains(invitation["code"].as_str().unwrap()));

    // After the revocation the handshake refuses the device.
    assert!(home.run(&["device", "revoke", device_id]).status.success());
    // The handshake uses it within two seconds; curl fails before and after, with different messages.
    let renew = format!(
        "until {{ curl -sS --cacert gateway-ca.pem --cert new-certificate.pem --key new-key.pem -H 'Content-Type: \
         application/pkcs10' --data-binary @new-request.b64 {}/.well-known/est/simplereenroll 2>&1 || true; }} | \
         grep 'certificate revoked'; do :; done",
        gateway.studio()
    );
    assert!(success(&bash(&home, &renew)).contains("certificate revoked"));
    let serial = "openssl x509 -in new-certificate.pem -noout -serial | cut -d= -f2";
    let serial = success(&bash(&home, serial));
    let named = format!("until {listed} | grep 'Serial Number: {}'; do :; done", serial.trim());
    success(&bash(&home, &named));
}

#[test]
fn a_repeated_renewal_keeps_the_new_key_and_another_key_shows_the_refusal() {
    curl_is_there();
    let home = GatewayFolder::new();
    let invitation = home.json(&["studio", "invite", "Foto Koch", "--place", "Düsseldorf"]);
    let gateway = home.start();
    let lines = script(&gateway, &invitation);
    success(&bash(&home, &lines));

    let enrols = |line: &&str| !line.ends_with("/simpleenroll") && !line.contains("/simpleenroll |");
    let renewal = lines.lines().filter(enrols).collect::<Vec<_>>().join("\n");
    let read = |name: &str| std::fs::read(home.beside(&format!("shop/{name}"))).unwrap();
    let issued = read("new-certificate.pem");
    success(&bash(&home, &renewal));
    assert_eq!(read("new-certificate.pem"), issued, "the answer to a repeat is the same");
    let another = bash(&home, &format!("mv new-key.pem kept.pem\n{renewal}"));
    assert!(!another.status.success(), "it is renewed once an hour");
    assert_eq!(shown_problem(&another)["type"], "renewal-too-soon");
    std::fs::rename(home.beside("shop/kept.pem"), home.beside("shop/new-key.pem")).unwrap();
    for name in ["", "new-"] {
        let keys = format!(
            "openssl x509 -in {name}certificate.pem -noout -pubkey; echo '|'; openssl pkey -in {name}key.pem -pubout"
        );
        let keys = success(&bash(&home, &keys));
        let (certified, held) = keys.split_once("|\n").unwrap();
        assert_eq!(certified, held, "{name}");
    }
}

#[test]
fn an_office_certificate_is_accepted_on_the_office_listener_only() {
    curl_is_there();
    let home = GatewayFolder::new();
    let invitation = home.json(&["office", "invite", "Amt Nord", "--place", "Düsseldorf"]);
    let gateway = home.start();
    let lines = script(&gateway, &invitation).replace(gateway.studio(), gateway.office());
    success(&bash(&home, &lines));
    let elsewhere = format!(
        "curl -sS --cacert gateway-ca.pem --cert certificate.pem --key key.pem -H 'Content-Type: application/pkcs10' \
         --data-binary @request.b64 {}/.well-known/est/simplereenroll",
        gateway.studio()
    );
    let refused = bash(&home, &elsewhere);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("unknown ca"), "{refused:?}");
}

#[test]
fn under_four_eyes_the_administrator_sees_what_the_device_sees() {
    curl_is_there();
    let home = GatewayFolder::new();
    home.set("policy", "\"four-eyes\"");
    let invitation = home.json(&["studio", "invite", "Foto Koch", "--place", "Düsseldorf"]);
    let gateway = home.start();
    let device_id = invitation["device_id"].as_str().unwrap();
    let (code, ca) = (invitation["code"].as_str().unwrap(), home.file("certs/server-ca.crt"));
    let make =
        "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -subj / -out request.pem";
    success(&bash(&home, make));
    let ask = format!(
        "curl -sS --cacert {} --user {device_id}:{code} -H 'Content-Type: application/pkcs10' --data-binary @request.pem \
         {}/.well-known/est/simpleenroll",
        ca.display(),
        gateway.enrolment()
    );
    let pending: Value = serde_json::from_str(&success(&bash(&home, &ask))).unwrap();
    let fingerprint = pending["fingerprint"].as_str().unwrap();
    let own = "openssl pkey -in key.pem -pubout -outform DER | sha256sum | cut -d' ' -f1";
    assert_eq!(fingerprint.replace(' ', "").to_lowercase(), success(&bash(&home, own)).trim());

    let list = home.json(&["device", "list"]);
    assert_eq!((&list[0]["state"], &list[0]["invitation"]["fingerprint"]), (&"pending".into(), &fingerprint.into()));
    // Without a terminal and without --fingerprint it only prints the fingerprint.
    let mut shown = home.command();
    let shown = shown.args(["device", "approve", device_id]).stdin(std::process::Stdio::null()).output().unwrap();
    assert_eq!(shown.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&shown.stderr).contains(fingerprint));
    let wrong = home.failure(&["device", "approve", device_id, "--fingerprint", &"00".repeat(32)]);
    assert!(wrong.contains("device revoke"), "{wrong}");
    assert!(success(&bash(&home, &ask)).contains("pending"));
    let approved = home.json(&["device", "approve", device_id, "--fingerprint", fingerprint]);
    assert_eq!((&approved["fingerprint"], &approved["changed"]), (&fingerprint.into(), &true.into()));
    let fetched = format!("{ask} | openssl base64 -d | openssl pkcs7 -inform DER -print_certs -noout");
    assert!(success(&bash(&home, &fetched)).contains(device_id));
}

#[test]
fn a_gateway_whose_authorities_keys_are_elsewhere_serves_all_the_rest() {
    let home = GatewayFolder::new();
    let studio = home.studio("Foto Koch");
    let invitation = home.json(&["studio", "invite", "Foto Koch", "--place", "Musterstadt"]);
    for role in ["studio", "office"] {
        fs::rename(home.file(&format!("certs/{role}-ca.key")), home.beside(&format!("{role}.key"))).unwrap();
    }
    let gateway = home.start();
    let refused = bash(&home, &script(&gateway, &invitation));
    assert!(!refused.status.success(), "there is nothing to renew");
    let problem = shown_problem(&refused);
    assert_eq!((&problem["type"], &problem["status"]), (&"enrolment-unavailable".into(), &503.into()));
    let served = format!(
        "curl -sS --cacert {0}/gateway-ca.pem --cert {0}/certificate.pem --key {0}/key.pem {1}/v1/me",
        studio.folder.display(),
        gateway.studio()
    );
    assert!(success(&bash(&home, &served)).contains("Foto Koch"));
}
