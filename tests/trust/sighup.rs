//! The real program reloads its files by itself, and at once after SIGHUP.

skip_in!(quick, postgres: "starts the program, with a database of its own");

use std::fs;
use std::process::Command;

use super::in_process_gateway::{ME, presented_certificate, replace};
use crate::support::gateway_process::{GatewayFolder, GatewayProcess, wait_until};
use crate::support::https_client::{DeviceFiles, send_raw_request};

async fn certificate(gateway: &GatewayProcess, device: &DeviceFiles) -> Vec<u8> {
    let mut stream = device.connect_tls(gateway.studio()).await.unwrap();
    assert_eq!(send_raw_request(&mut stream, ME).await.unwrap().0, 200);
    presented_certificate(&stream).to_vec()
}

fn hang_up(gateway: &GatewayProcess) {
    assert!(Command::new("kill").args(["-HUP", &gateway.process_id().to_string()]).status().unwrap().success());
}

#[tokio::test]
async fn a_renewed_server_certificate_is_taken_up_by_a_running_gateway() {
    let home = GatewayFolder::new();
    let device = home.studio("Foto Koch");
    let gateway = home.start();
    let mut known = certificate(&gateway, &device).await;
    for told in [true, false] {
        let renewed = home.run(&["renew-server-certificate"]);
        assert!(String::from_utf8_lossy(&renewed.stderr).contains("a running gateway uses it"), "{renewed:?}");
        if told {
            hang_up(&gateway);
        }
        let mut new = known.clone();
        wait_until("the new certificate is shown", async || {
            new = certificate(&gateway, &device).await;
            new != known
        })
        .await;
        known = new;
    }
    assert!(!gateway.log().contains("not reloaded"), "between key and certificate it waited: {}", gateway.log());
}

#[tokio::test]
async fn a_broken_file_is_told_once_and_nobody_notices() {
    let home = GatewayFolder::new();
    let device = home.studio("Foto Koch");
    let gateway = home.start();
    let known = certificate(&gateway, &device).await;
    let file = home.file("certs/server.crt");
    let good = fs::read_to_string(&file).unwrap();
    replace(&file, "broken");
    let times = |line: &str| gateway.log().matches(line).count();
    for hang_ups in 1..=2 {
        hang_up(&gateway);
        wait_until("it has looked", async || times("SIGHUP received") == hang_ups && times("not reloaded") > 0).await;
    }
    assert_eq!(certificate(&gateway, &device).await, known);
    assert_eq!(gateway.metric("lichtbild_tls_reload_failures_total").await, 1);
    replace(&file, &good);
    wait_until("in order again", async || times("recovered") == 1).await;
    assert_eq!(times("not reloaded"), 1, "{}", gateway.log());
}
