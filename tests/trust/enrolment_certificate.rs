//! Certificate of a public authority on the enrolment listener: browsers get it, the studio program gets the gateway's own.

skip_in!(quick, postgres: "runs a gateway with a database of its own");

use std::fs;
use std::process::Command;

use lichtbild::identity::certificate::{certificates_from_pem, read_certificate};
use rcgen::ExtendedKeyUsagePurpose;

use super::in_process_gateway::{InProcessGateway, ME, presented_certificate, replace};
use crate::support::gateway_process::GatewayFolder;
use crate::support::https_client::{DeviceFiles, send_raw_request};
use crate::support::pki::{Leaf, LeafOptions, TestCa, new_year};

const NAME: &str = "enrolment-certificate";

fn install(home: &GatewayFolder, leaf: &Leaf) {
    replace(&home.file("certs/enrolment.key"), &leaf.key_pem);
    replace(&home.file("certs/enrolment.crt"), &leaf.certificate_pem);
}

/// A gateway whose enrolment listener shows a certificate of `public`.
fn configured(public: &TestCa) -> (GatewayFolder, Leaf) {
    let (home, leaf) = (GatewayFolder::new(), public.server());
    install(&home, &leaf);
    let text = fs::read_to_string(home.config()).unwrap();
    fs::write(home.config(), text.replace("# enrolment_server", "enrolment_server")).unwrap();
    (home, leaf)
}

/// A device that trusts only `public`, like a browser before it is connected.
fn browser(home: &GatewayFolder, public: &TestCa) -> DeviceFiles {
    let device = home.studio("Foto Browser");
    replace(&device.file("gateway-ca.pem"), &public.certificate_pem);
    device
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn browsers_get_the_public_certificate_and_the_studio_program_enrols_with_the_gateways_own() {
    let public = TestCa::new("Public CA");
    let (home, leaf) = configured(&public);
    let (device, browser) = (home.studio("Foto Koch"), browser(&home, &public));
    let gateway = InProcessGateway::start(&home).await;
    let stream = browser.connect_tls(&gateway.enrolment()).await.unwrap();
    assert_eq!(presented_certificate(&stream).to_vec(), leaf.der);
    // The other listeners show only the gateway's own.
    let mut stream = device.connect_tls(&gateway.studio()).await.unwrap();
    assert_eq!(send_raw_request(&mut stream, ME).await.unwrap().0, 200);
    assert!(browser.connect_tls(&gateway.studio()).await.is_err());
    let end = read_certificate(&leaf.der).unwrap().not_after.unix_milliseconds() / 1000;
    let metric = gateway.metric("lichtbild_public_certificate_expires_timestamp{listener=\"enrolment\"}").await;
    assert_eq!(i64::try_from(metric).unwrap(), end);

    let invited = home.json(&["studio", "invite", "Foto Koch", "--place", "Düsseldorf"]);
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_lichtbild-studio"));
    command.args(["enrol", &gateway.enrolment(), invited["code"].as_str().unwrap(), "--dir"]).arg(folder.path());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_public_certificate_that_cannot_be_used_is_told_and_the_old_one_stays() {
    let public = TestCa::new("Public CA");
    let (home, leaf) = configured(&public);
    let browser = browser(&home, &public);
    let gateway = InProcessGateway::start(&home).await;
    let purpose = Some(ExtendedKeyUsagePurpose::ServerAuth);
    let other_host = LeafOptions { purpose, names: &["elsewhere.example"], ..LeafOptions::default() };
    let purpose = Some(ExtendedKeyUsagePurpose::ServerAuth);
    let expired = LeafOptions { purpose, validity: [2020, 2021].map(new_year), ..LeafOptions::default() };
    for unusable in
        [public.issue(other_host), public.issue(expired), Leaf { key_pem: public.server().key_pem, ..public.server() }]
    {
        install(&home, &unusable);
        gateway.reload().await;
        assert_eq!(gateway.degraded().await, [NAME]);
        let stream = browser.connect_tls(&gateway.enrolment()).await.unwrap();
        assert_eq!(presented_certificate(&stream).to_vec(), leaf.der);
    }
    let renewed = public.server();
    install(&home, &renewed);
    gateway.reload().await;
    assert_eq!(gateway.degraded().await, Vec::<String>::new());
    let stream = browser.connect_tls(&gateway.enrolment()).await.unwrap();
    assert_eq!(presented_certificate(&stream).to_vec(), renewed.der);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_public_certificate_a_browser_can_show_the_authority_of_the_letter() {
    let home = GatewayFolder::new();
    let device = home.studio("Foto Koch");
    // `init` writes the authority's certificate too, but another authority's chain may lack it.
    let chain = fs::read_to_string(home.file("certs/server.crt")).unwrap();
    let (own, _) = chain.split_once("-----END").unwrap();
    replace(&home.file("certs/server.crt"), &format!("{own}-----END CERTIFICATE-----\n"));
    let gateway = InProcessGateway::start(&home).await;
    let stream = device.connect_tls(&gateway.enrolment()).await.unwrap();
    let authority = fs::read_to_string(home.file("certs/server-ca.crt")).unwrap();
    let presented = stream.get_ref().1.peer_certificates().unwrap();
    assert_eq!(presented.len(), 2);
    assert_eq!(presented[1].to_vec(), certificates_from_pem(&authority).unwrap()[0]);
    let stream = device.connect_tls(&gateway.studio()).await.unwrap();
    assert_eq!(stream.get_ref().1.peer_certificates().unwrap().len(), 1);
}
