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

/// A newcomer pastes them.
#[tokio::test]
async fn the_lines_that_the_demo_prints_deposit_and_collect() {
    let home = GatewayFolder::empty();
    let printed = home.beside("printed");
    let mut demo = home.command();
    demo.args(["demo", "--serve", "--dir", "a demo", "--port-base", "0"]).stdin(Stdio::null());
    let mut demo = demo.stdout(Stdio::null()).stderr(fs::File::create(&printed).unwrap()).spawn().unwrap();
    wait_until("the demo prints its lines", async || fs::read_to_string(&printed).unwrap().contains("docs/api.md"))
        .await;
    let text = fs::read_to_string(&printed).unwrap();
    let line = |start: &str| {
        let found = text.lines().find(|line| line.starts_with(start));
        found.unwrap_or_else(|| panic!("no line begins with {start}: {text}"))
    };
    let [folder, deposit, collect] = ["cd ", "curl --cert studio/", "curl --cert office/"].map(line);
    let run = |line: &str| {
        let script = format!("set -e\n{folder}\n{line}").replace("curl ", "curl -sS ");
        let ran = Command::new("bash").args(["-c", &script]).output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        serde_json::from_slice::<Value>(&ran.stdout).unwrap()
    };
    let receipt = run(deposit);
    let collection = run(&collect.replace("XXXXX-XXXXX-XXXXX-XXXXX", receipt["code"].as_str().unwrap()));
    assert_eq!(collection["photo"]["sha256"], receipt["sha256"]);
    assert_eq!(
        run(&deposit.replace("portrait.jpg", "refused.jpg").replace("first", "second"))["type"],
        "photo-refused"
    );
    demo.kill().unwrap();
    demo.wait().unwrap();
}
