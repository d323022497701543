//! `demo --serve`: what it leaves behind is all that another program needs.

use std::fs;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::gateway_process::{GatewayFolder, wait_until};

#[tokio::test]
async fn both_sides_have_a_pkcs12_file_that_opens_with_the_password_in_demo_json() {
    let home = GatewayFolder::empty();
    let mut demo = home.command();
    demo.args(["demo", "--serve", "--dir", "demo", "--port-base", "0"]).stdin(Stdio::null());
    let mut demo = demo.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let file = home.beside("demo/demo.json");
    wait_until("the demo serves", async || file.exists()).await;
    let written: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    demo.kill().unwrap();
    demo.wait().unwrap();
    for side in ["studio", "office"] {
        let field = |name: &str| written[side][name].as_str().unwrap_or_else(|| panic!("{side} {name}: {written}"));
        let password = format!("pass:{}", field("p12_password"));
        let opened = Command::new("openssl")
            .args(["pkcs12", "-in", field("p12"), "-passin", &password, "-nodes"])
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&opened.stdout);
        assert!(text.contains("PRIVATE KEY") && text.contains("BEGIN CERTIFICATE"), "{side}");
    }
}
