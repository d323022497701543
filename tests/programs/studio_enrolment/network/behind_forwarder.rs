//! Programs at a gateway behind a forwarder: all published addresses are those of the forwarder.

skip_in!(quick, postgres: "starts the programs, with a database of its own");

use std::process::Command;

use lichtbild::identity::certificate::{certificates_from_pem, host_names};
use serde_json::Value;

use crate::support::gateway_process::{GatewayFolder, free_port, studio_profile};
use crate::support::https_client::{PHOTO, plain_get};
use crate::support::proxies::breaking::BreakingProxy;

const LISTENERS: [&str; 3] = ["studio", "office", "enrolment"];

fn init(home: &GatewayFolder, urls: [&str; 3]) {
    let mut arguments = vec!["init".to_owned(), "--dir".into(), "gateway".into(), "--port-base".into(), "0".into()];
    for (listener, url) in LISTENERS.into_iter().zip(urls) {
        arguments.extend([format!("--public-{listener}-url"), url.to_owned()]);
    }
    let output = home.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    home.set("profile", "\"icao-35x45\"");
}

fn run_studio(home: &GatewayFolder, arguments: &[&str]) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lichtbild-studio"));
    home.set_environment(&mut command);
    let output = command.args(arguments).current_dir(home.beside("shop")).output().unwrap();
    let told = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text)).join("");
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {told}");
    serde_json::from_slice(&output.stdout).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_studio_enrols_pushes_and_renews_through_the_public_addresses_alone() {
    let (home, ports) = (GatewayFolder::empty(), LISTENERS.map(|_| free_port()));
    let mut forwarders = Vec::new();
    for port in ports {
        forwarders.push(BreakingProxy::to(&format!("https://127.0.0.1:{port}")).await);
    }
    let urls: Vec<_> = forwarders.iter().map(BreakingProxy::url).collect();
    init(&home, [&urls[0], &urls[1], &urls[2]]);
    for (listener, port) in LISTENERS.into_iter().zip(ports) {
        home.set(listener, &format!("\"127.0.0.1:{port}\""));
    }
    let gateway = home.start();
    assert_eq!([gateway.studio(), gateway.office(), gateway.enrolment()], [&*urls[0], &urls[1], &urls[2]]);

    let letter = home.beside("letter.pdf");
    let invitation =
        home.json(&["studio", "invite", "Foto Koch", "--place", "Düsseldorf", "--letter", letter.to_str().unwrap()]);
    assert_eq!(invitation["url"], *urls[2]);
    std::fs::create_dir(home.beside("shop")).unwrap();
    std::fs::write(home.beside("shop/PHOTO.jpg"), PHOTO).unwrap();
    let code = invitation["code"].as_str().unwrap();
    run_studio(&home, &["enrol", &urls[2], code, "--json"]);
    let config = std::fs::read_to_string(studio_profile(&home.beside("")).join("studio.toml")).unwrap();
    assert!(config.contains(&format!("gateway = \"{}\"", urls[0])), "{config}");
    let receipt = run_studio(&home, &["push", "PHOTO.jpg", "--json"]);
    run_studio(&home, &["renew", "--force"]);
    run_studio(&home, &["status"]);

    let desk = home.office("Amt Nord").client(&urls[1]);
    let code = receipt["code"].as_str().unwrap();
    let collection = desk.collect_ok(code).await;
    assert!(desk.fetch(&collection, code).await.unwrap().body == PHOTO);
    let added = home.studio("Foto Porst").file("studio.toml");
    assert!(std::fs::read_to_string(added).unwrap().contains(&format!("gateway = \"{}\"", urls[0])));
    for (listener, forwarder) in LISTENERS.into_iter().zip(&forwarders) {
        let name = format!("lichtbild_connections_accepted_total{{listener=\"{listener}\"}}");
        let (accepted, forwarded) = (gateway.metric(&name).await, forwarder.connections());
        assert!(accepted > 0 && accepted == u64::from(forwarded), "{listener}: {accepted} of {forwarded}");
    }
}

#[tokio::test]
async fn the_server_certificate_names_every_public_host_or_the_gateway_says_what_to_do() {
    let home = GatewayFolder::empty();
    init(&home, ["https://studio.stadt.example", "https://office.stadt.example:9443", "https://192.0.2.7:443/"]);
    let names = || {
        let pem = std::fs::read_to_string(home.file("certs/server.crt")).unwrap();
        let names = host_names(&certificates_from_pem(&pem).unwrap()[0]).unwrap();
        names.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(names(), ["localhost", "studio.stadt.example", "office.stadt.example", "192.0.2.7", "127.0.0.1", "::1"]);
    let invitation = home.json(&["studio", "invite", "Foto Koch", "--place", "Düsseldorf"]);
    // Without its port `lichtbild-studio enrol` would take 7443.
    assert_eq!(invitation["url"], "https://192.0.2.7:443");
    let gateway = home.start();
    assert_eq!(
        [gateway.studio(), gateway.office()],
        ["https://studio.stadt.example", "https://office.stadt.example:9443"]
    );
    assert!(gateway.stop().success());

    home.set("public_office_url", "\"https://desk.stadt.example\"");
    let gateway = home.start();
    let ready: Value = serde_json::from_str(&plain_get(&format!("{}/readyz", gateway.ops())).await).unwrap();
    let fault = &ready["degraded"][0];
    assert_eq!((&ready["status"], &fault["what"]), (&"ready".into(), &"server-certificate".into()));
    for word in ["desk.stadt.example", "renew-server-certificate"] {
        assert!(fault["detail"].as_str().unwrap().contains(word), "{ready}");
    }
    assert!(gateway.stop().success());

    // A certificate of another authority must name the public address too.
    std::fs::rename(home.file("certs/server-ca.crt"), home.beside("server-ca.crt")).unwrap();
    let gateway = home.start();
    let ready: Value = serde_json::from_str(&plain_get(&format!("{}/readyz", gateway.ops())).await).unwrap();
    let faults = ready["degraded"].as_array().unwrap();
    let fault = faults.iter().find(|fault| fault["what"] == "server-certificate").unwrap();
    assert!(fault["detail"].as_str().unwrap().contains("does not name desk.stadt.example"), "{ready}");
    std::fs::rename(home.beside("server-ca.crt"), home.file("certs/server-ca.crt")).unwrap();
    assert!(home.run(&["renew-server-certificate"]).status.success());
    assert!(names().contains(&"desk.stadt.example".to_owned()) && names().contains(&"office.stadt.example".to_owned()));
    gateway.signal("-HUP");
    crate::support::gateway_process::wait_until("the new certificate counts", async || {
        !plain_get(&format!("{}/readyz", gateway.ops())).await.contains("degraded")
    })
    .await;
}

#[test]
fn a_public_address_that_is_none_is_named_with_its_key() {
    let home = GatewayFolder::with_default_profile();
    let text = std::fs::read_to_string(home.config()).unwrap();
    for (value, reason) in [("http://gateway.example", "https://"), ("https://gateway.example/v1", "remove the rest")] {
        let line = format!("public_studio_url = \"{value}\"");
        let changed = text.replacen("# public_studio_url = \"https://studio.gateway.stadt.example\"", &line, 1);
        assert_ne!(changed, text);
        std::fs::write(home.config(), changed).unwrap();
        let message = home.failure(&["serve"]);
        assert!(message.contains("public_studio_url") && message.contains(reason), "{message}");
    }
}
