//! EST clients of others: strongSwan's `pki`, which reads base64 in one line only, and clients that compare header names by case, as both
//! `pki` and Cisco's libest do.

skip_in!(quick, postgres: "starts the program, with a database of its own");

use std::fs;
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::gateway_process::{GatewayFolder, GatewayProcess};

struct Shop {
    home: GatewayFolder,
    gateway: GatewayProcess,
    invitation: Value,
}

impl Shop {
    fn new() -> Self {
        let home = GatewayFolder::new();
        let invitation = home.json(&["studio", "invite", "Foto Koch", "--place", "Düsseldorf"]);
        let gateway = home.start();
        fs::create_dir(home.beside("shop")).unwrap();
        Self { home, gateway, invitation }
    }

    /// Runs bash commands in the studio's folder with the variables `GATEWAY`, `LISTENER`, `USER_AND_CODE` and `CA` (the CA's file).
    fn bash(&self, script: &str) -> Output {
        let given = |name: &str| self.invitation[name].as_str().unwrap().to_owned();
        // Its TLS 1.2 lacks the extended master secret (RFC 7627), which the gateway requires.
        let tls_1_3 = self.home.beside("strongswan.conf");
        fs::write(&tls_1_3, "libtls { \n version_max = 1.3 \n }\n").unwrap();
        let mut command = Command::new("bash");
        self.home.set_environment(&mut command);
        command
            .current_dir(self.home.beside("shop"))
            .env("GATEWAY", self.gateway.enrolment())
            .env("LISTENER", self.gateway.studio())
            .env("USER_AND_CODE", format!("{}:{}", given("device_id"), given("code")))
            .env("STRONGSWAN_CONF", tls_1_3)
            .env("CA", self.home.file("certs/server-ca.crt"))
            .args(["-euo", "pipefail", "-c", script])
            .output()
            .unwrap()
    }

    #[track_caller]
    fn success(&self, script: &str) -> String {
        let output = self.bash(script);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

const REQUEST: &str = "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem 2> /dev/null
    openssl req -new -key key.pem -subj / -outform DER -out request.der";

#[test]
fn strongswan_reads_the_authorities_enrols_and_renews() {
    let shop = Shop::new();
    assert!(shop.bash("command -v pki").status.success(), "install strongswan-pki by apt, or let tests/run do it");
    shop.success("pki --estca --url $GATEWAY --cacert $CA --caout ca.pem --outform pem; ls ca*");
    shop.success(REQUEST);
    shop.success(
        "pki --est --url $GATEWAY --cacert $CA --in request.der --userpass $USER_AND_CODE --outform pem > certificate.pem",
    );
    shop.success(
        "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out new-key.pem 2> /dev/null
        openssl req -new -key new-key.pem -subj / -outform DER -out new-request.der
        pki --est --url $LISTENER --cacert $CA --in new-request.der --cert certificate.pem --key key.pem --outform pem \
            > new-certificate.pem",
    );
    let me = shop.success("curl -sS --cacert $CA --cert new-certificate.pem --key new-key.pem $LISTENER/v1/me");
    assert!(me.contains(shop.invitation["device_id"].as_str().unwrap()), "{me}");
}

#[test]
fn a_client_that_compares_header_names_by_case_enrols() {
    let shop = Shop::new();
    shop.success(REQUEST);
    let client = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/http/enrolment/header_case_client.py");
    shop.success(&format!(
        "python3 '{client}' $GATEWAY $CA $USER_AND_CODE request.der | openssl pkcs7 -inform DER -print_certs -out certificate.pem"
    ));
    let me = shop.success("curl -sS --cacert $CA --cert certificate.pem --key key.pem $LISTENER/v1/me");
    assert!(me.contains(shop.invitation["device_id"].as_str().unwrap()), "{me}");
}

#[test]
fn header_names_of_est_are_written_as_the_standard_spells_them() {
    let shop = Shop::new();
    let head =
        |arguments: &str| shop.success(&format!("curl -sSi --cacert $CA {arguments} | tr -d '\\r' | sed '/^$/q'"));
    let est = "$GATEWAY/.well-known/est";
    for read in ["cacerts", "csrattrs"] {
        let head = head(&format!("{est}/{read}"));
        assert!(head.contains("\nContent-Type: application/") && head.contains("\nContent-Length: "), "{head}");
    }
    let enrol = format!("-H 'Content-Type: application/pkcs10' -H 'Expect: 100-continue' -d x {est}/simpleenroll");
    let refused = head(&enrol).replace("HTTP/1.1 100 Continue\n\n", "");
    let names: Vec<_> = refused.lines().filter(|line| line.to_lowercase().starts_with("www-authenticate: ")).collect();
    assert!(
        refused.contains(" 401 ") && names.len() == 1 && names[0].starts_with("WWW-Authenticate: Basic"),
        "{refused}"
    );
    assert!(refused.contains("\nContent-Type: application/problem+json"), "{refused}");
    // The other routes stay as they were.
    let other = head("$GATEWAY/crl/studio.crl");
    assert!(other.contains("\ncontent-type: application/pkix-crl"), "{other}");
}

#[test]
fn base64_is_in_one_line_for_a_client_that_names_itself_not() {
    let shop = Shop::new();
    let lines = |arguments: &str| {
        let body = shop.success(&format!("curl -sS --cacert $CA {arguments} $GATEWAY/.well-known/est/cacerts"));
        (body.lines().count(), body.lines().map(str::len).max().unwrap())
    };
    let (count, longest) = lines("");
    assert!(count > 10 && longest == 64, "{count} lines, {longest} characters");
    assert_eq!(lines("-H User-Agent:").0, 1);
}
