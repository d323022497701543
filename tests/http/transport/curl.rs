//! Listeners as curl sees them.

skip_in!(quick: "starts curl");

use std::collections::HashSet;
use std::process::{Command, Output};

use lichtbild::domain::digest::Sha256Digest;
use lichtbild::transport::http::limits::ListenerLimits;
use tempfile::TempDir;
use tokio::task::spawn_blocking;

use super::test_listener::{ListenerTrust, TestListener};
use crate::support;
use crate::support::pki::{Leaf, TestCa};

/// curl's output for a request to `listener` with this certificate.
async fn curl(listener: &TestListener, leaf: Option<&Leaf>, options: &[&str]) -> Output {
    curl_configured(listener, leaf, options, "").await
}

async fn curl_configured(
    listener: &TestListener,
    leaf: Option<&Leaf>,
    options: &[&str],
    openssl_config: &str,
) -> Output {
    let directory = TempDir::new().unwrap();
    let write = |name: &str, text: &str| {
        let file = directory.path().join(name);
        std::fs::write(&file, text).unwrap();
        file
    };
    let mut command = Command::new("curl");
    command.args(["--silent", "--show-error", "--max-time", "20", "--cacert"]);
    command.arg(write("ca.pem", &listener.server_ca.certificate_pem));
    if let Some(leaf) = leaf {
        command.arg("--cert").arg(write("leaf.pem", &leaf.certificate_pem));
        command.arg("--key").arg(write("leaf.key", &leaf.key_pem));
    }
    command.env("OPENSSL_CONF", write("openssl.cnf", openssl_config));
    command.args(options).arg(format!("https://localhost:{}/", listener.address.port()));
    spawn_blocking(move || support::curl::run(&mut command)).await.unwrap()
}

#[tokio::test]
async fn curl_is_served_and_shown_why_when_refused() {
    // curl offers HTTP/2, so the second listener sees that it is no browser only by its request.
    for trust in [ListenerTrust::StudioCa, ListenerTrust::StudioCaExplainedToBrowsers] {
        serves_curl_or_shows_why(&TestListener::start_with(ListenerLimits::default(), trust).await).await;
    }
}

async fn serves_curl_or_shows_why(listener: &TestListener) {
    let (device, revoked) = (listener.studio_ca.device(), listener.studio_ca.device());
    let external = TestCa::new("Somebody Else's CA").device();
    listener.revoked.replace(HashSet::from([Sha256Digest::of(&revoked.der)]));

    let served = curl(listener, Some(&device), &["--verbose"]).await;
    let shown = String::from_utf8_lossy(&served.stderr).into_owned();
    assert_eq!(String::from_utf8_lossy(&served.stdout), "served", "{shown}");
    assert!(shown.contains("ALPN: offers h2,http/1.1"), "{shown}");

    for version in ["1.2", "1.3"] {
        let options = [&format!("--tlsv{version}"), "--tls-max", version];
        let cases = [(Some(&revoked), "certificate revoked"), (Some(&external), "unknown ca")];
        for (leaf, message) in cases {
            let refused = curl(listener, leaf, &options).await;
            let shown = String::from_utf8_lossy(&refused.stderr).into_owned();
            assert!(shown.contains(message), "TLS {version}: {shown}");
        }
    }
    let nobody = curl(listener, None, &["--tlsv1.3"]).await;
    let shown = String::from_utf8_lossy(&nobody.stderr).into_owned();
    assert!(shown.contains("certificate required"), "{shown}");
    assert_eq!(listener.service.served(), 1);
}

#[tokio::test]
async fn curl_that_asks_for_a_page_gets_it() {
    let listener =
        TestListener::start_with(ListenerLimits::default(), ListenerTrust::StudioCaExplainedToBrowsers).await;
    let revoked = listener.studio_ca.device();
    listener.revoked.replace(HashSet::from([Sha256Digest::of(&revoked.der)]));
    for leaf in [None, Some(&revoked)] {
        let page = curl(&listener, leaf, &["--header", "Accept: text/html"]).await;
        assert_eq!(String::from_utf8_lossy(&page.stdout), "served", "{}", String::from_utf8_lossy(&page.stderr));
    }
}

#[tokio::test]
async fn openssl_reads_the_alert_that_follows_a_request() {
    let listener =
        TestListener::start_with(ListenerLimits::default(), ListenerTrust::StudioCaExplainedToBrowsers).await;
    let revoked = listener.studio_ca.device();
    listener.revoked.replace(HashSet::from([Sha256Digest::of(&revoked.der)]));
    let directory = TempDir::new().unwrap();
    let files = [("leaf.pem", &revoked.certificate_pem), ("leaf.key", &revoked.key_pem)];
    let [certificate, key] = files.map(|(name, text)| {
        let file = directory.path().join(name);
        std::fs::write(&file, text).unwrap();
        file.display().to_string()
    });
    for version in ["-tls1_2", "-tls1_3"] {
        let mut command = Command::new("bash");
        command.args([
            "-c",
            "printf 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n' | timeout 20 openssl s_client \"$@\"",
            "-",
        ]);
        command.args(["-quiet", "-ign_eof", "-alpn", "h2,http/1.1", version, "-cert", &certificate, "-key", &key]);
        command.arg("-connect").arg(listener.address.to_string());
        let ended = spawn_blocking(move || command.output()).await.unwrap().unwrap();
        let shown = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(shown.contains("alert certificate revoked") && shown.contains("SSL alert number 44"), "{shown}");
    }
    assert_eq!(listener.service.served(), 0);
}

#[tokio::test]
async fn curl_with_cbc_only_is_refused() {
    let listener = TestListener::start(ListenerLimits::default()).await;
    let device = listener.studio_ca.device();
    let options = ["--tls-max", "1.2", "--ciphers", "ECDHE-ECDSA-AES256-SHA384:ECDHE-ECDSA-AES256-SHA"];
    let refused = curl(&listener, Some(&device), &options).await;
    assert!(!refused.status.success());
    assert_eq!(listener.service.served(), 0);
}

#[tokio::test]
async fn tls_12_without_extended_master_secret_is_refused() {
    let listener = TestListener::start(ListenerLimits::default()).await;
    let device = listener.studio_ca.device();
    let without = "openssl_conf = init\n[init]\nssl_conf = ssl\n[ssl]\nsystem_default = client\n[client]\n\
                   Options = -ExtendedMasterSecret\n";
    let with = without.replace("-Extended", "Extended");
    let served = curl_configured(&listener, Some(&device), &["--tls-max", "1.2"], &with).await;
    assert_eq!(String::from_utf8_lossy(&served.stdout), "served", "{}", String::from_utf8_lossy(&served.stderr));
    let refused = curl_configured(&listener, Some(&device), &["--tls-max", "1.2"], without).await;
    let shown = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(shown.contains("handshake failure"), "{shown}");
    assert_eq!(listener.service.served(), 1);
}
