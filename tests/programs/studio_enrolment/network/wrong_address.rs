//! Addresses of other servers than the requested one.

skip_in!(quick, postgres: "starts the program, and has no database");

use axum::Router;
use lichtbild::client::enrolment::device_folder::PENDING_KEY_FILE;
use lichtbild::transport::http::shutdown::ShutdownTrigger;
use lichtbild::transport::tls::ServerTls;
use rcgen::ExtendedKeyUsagePurpose;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use crate::programs::studio_enrolment::enrolling_studio::{EnrollingStudio, utf8};
use crate::programs::studio_enrolment::inviting_gateway::{bind, identity};
use crate::support::gateway_process::free_port;
use crate::support::pki::{Leaf, LeafOptions, TestCa, new_year};
use crate::support::test_gateway::TestGateway;

/// A server without TLS. Returns its host and port.
async fn plain_server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n").await;
        }
    });
    address
}

/// A web server with TLS.
async fn web_server(server: &Leaf, studio: &EnrollingStudio) -> (String, ShutdownTrigger) {
    let tls = ServerTls::without_client_certificates(identity(server), studio.clock.clone()).unwrap();
    let listener = bind(tls).await;
    let (address, stop) = (listener.local_address().to_string(), ShutdownTrigger::new());
    tokio::spawn(listener.serve(Router::new().fallback(|| async { "<html>Router login" }), stop.subscribe()));
    (address, stop)
}

async fn enrol(studio: &EnrollingStudio, address: &str, language: &str) -> (i32, String) {
    let code = studio.gateway.code();
    let output = studio.run(&["enrol", address, &code, "--dir", "lichtbild", "--lang", language]).await;
    (output.status.code().unwrap(), utf8(&output.stderr).to_owned())
}

#[tokio::test]
async fn whatever_else_answers_an_enrolment_the_address_and_the_usual_port_are_told() {
    let studio = EnrollingStudio::invited_today().await;
    let (web, _stop) = web_server(&TestCa::new("Router CA").server(), &studio).await;
    let foreign = web.clone();
    let studio_port = studio.gateway.studio_address();
    let nobody = format!("127.0.0.1:{}", free_port());
    for (address, exit) in [(studio_port, 6), (plain_server().await, 6), (web, 6), (nobody, 4)] {
        let (code, german) = enrol(&studio, &address, "de").await;
        assert_eq!(code, exit, "{german}");
        assert!(german.contains(&format!("Unter {address} ist nicht die Anmeldung")), "{german}");
        assert!(german.contains("(meist :7443)") && !german.contains("Konfiguration"), "{german}");
        assert_eq!(german.contains("Router CA: ist das eine Firewall"), address == foreign, "{german}");
        let (_, english) = enrol(&studio, &address, "en").await;
        assert!(english.contains(&format!("{address} is not an enrolment address")), "{english}");
    }
    assert_eq!(studio.files(), [PENDING_KEY_FILE]);
    assert!(studio.gateway.requests().iter().all(|seen| seen.authorization.is_none()), "the code was not sent");
}

#[tokio::test]
async fn the_other_ports_of_a_real_gateway_are_not_taken_for_the_enrolment() {
    use lichtbild::server::routes::ListenerKind;
    let studio = EnrollingStudio::invited_today().await;
    let gateway = TestGateway::start().await;
    for kind in [ListenerKind::Studio, ListenerKind::Office] {
        let tls = identity(&TestCa::new("Server CA").server());
        let listener = bind(ServerTls::without_client_certificates(tls, studio.clock.clone()).unwrap()).await;
        let (address, stop) = (listener.local_address().to_string(), ShutdownTrigger::new());
        tokio::spawn(listener.serve(gateway.router(kind), stop.subscribe()));
        let (code, told) = enrol(&studio, &address, "en").await;
        assert!(code == 6 && told.contains(&format!("{address} is not an enrolment address")), "{kind:?}: {told}");
        assert!(!told.contains("applicant") && !told.contains("card"), "{told}");
    }
}

#[tokio::test]
async fn a_configuration_with_another_port_is_told_with_it() {
    let studio = EnrollingStudio::enrolled_today().await;
    std::fs::write(studio.beside("photo.jpg"), b"\xFF\xD8\xFF").unwrap();
    let (web, _stop) = web_server(&studio.gateway.server_ca.server(), &studio).await;
    let config = studio.read("studio.toml");
    let line = config.lines().find(|line| line.starts_with("gateway")).unwrap();
    for address in [studio.address.clone(), plain_server().await, web] {
        std::fs::write(studio.config(), config.replace(line, &format!("gateway = \"https://{address}\""))).unwrap();
        std::fs::create_dir_all(studio.beside("export")).unwrap();
        std::fs::copy(studio.beside("photo.jpg"), studio.beside("export/photo.jpg")).unwrap();
        for arguments in [
            &["push", "photo.jpg", "--give-up-after", "0"][..],
            &["status"],
            &["renew", "--force"],
            &["watch", "export", "--once", "--settle", "0", "--cut-after", "0"],
        ] {
            let output = studio.run(&[arguments, &["--lang", "en"]].concat()).await;
            let shown = format!("{}{}", utf8(&output.stdout), utf8(&output.stderr));
            let expected = format!("{address} is not the deposit address of the Lichtbild gateway");
            assert!(shown.contains(&expected) && shown.contains("8443"), "{arguments:?}: {shown}");
            assert!(!output.status.success(), "{arguments:?}: {shown}");
        }
    }
}

#[tokio::test]
async fn a_firewall_that_inspects_tls_is_told_by_its_name_and_the_address_to_exempt() {
    let studio = EnrollingStudio::enrolled_today().await;
    std::fs::write(studio.beside("photo.jpg"), b"\xFF\xD8\xFF").unwrap();
    let ca = TestCa::new("Trutzburg Web Filter");
    let validity = [2020, 2021].map(new_year);
    let purpose = Some(ExtendedKeyUsagePurpose::ServerAuth);
    let config = studio.read("studio.toml");
    let line = config.lines().find(|line| line.starts_with("gateway")).unwrap();
    for (kind, certificate) in [
        ("issued by the firewall", ca.server()),
        ("an authority's own", TestCa::as_server("Trutzburg Web Filter")),
        ("expired", ca.issue(LeafOptions { purpose, validity, ..LeafOptions::default() })),
        ("for clients", ca.device()),
    ] {
        let (firewall, _stop) = web_server(&certificate, &studio).await;
        std::fs::write(studio.config(), config.replace(line, &format!("gateway = \"https://{firewall}\""))).unwrap();
        for arguments in [&["push", "photo.jpg"][..], &["status"], &["renew", "--force"]] {
            let output = studio.run(&[arguments, &["--lang", "en"]].concat()).await;
            let shown = format!("{}{}", utf8(&output.stdout), utf8(&output.stderr));
            assert!(shown.contains("was issued by") && shown.contains("Trutzburg Web Filter"), "{kind}: {shown}");
            assert!(
                shown.contains(&format!("inspects TLS connections. Exempt {firewall} from the inspection")),
                "{kind}: {shown}"
            );
            assert_eq!(output.status.code(), Some(6), "{kind}: {shown}");
        }
    }
}
