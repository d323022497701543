//! Gateways over a server's database.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use crate::support::gateway_process::{GatewayFolder, mode};
use crate::support::https_client::{send_raw_request, wait_until_closed};
use crate::support::postgres::TestDatabase;

const ME: &str = "GET /v1/me HTTP/1.1\r\nHost: localhost\r\n\r\n";

#[tokio::test]
async fn two_nodes_over_one_database_are_one_gateway() {
    let database = TestDatabase::empty().await;
    let first = GatewayFolder::over_server(&database.url);
    let second = first.copy_as_node();
    let (studio, office) = (first.studio("Foto Koch"), second.office("Amt Nord"));
    let (here, there) = (first.start(), second.start());

    let deposit = studio.client(here.studio()).deposit("a-key-for-this-photo").await.unwrap();
    let repeat = studio.client(there.studio()).deposit("a-key-for-this-photo").await.unwrap();
    assert_eq!((repeat.status, repeat.is_replayed(), repeat.code()), (201, true, deposit.code()));
    let collection = office.client(there.office()).collect_ok(&deposit.code()).await;
    let again = office.client(here.office()).collect(&deposit.code()).await.unwrap();
    assert_eq!((again.status, again.text("collection_id")), (200, collection.clone()));
    let fetched = office.client(here.office()).fetch(&collection, &deposit.code()).await.unwrap();
    assert_eq!(fetched.status, 200);
    let settled = office.client(there.office()).settle(&collection, &json!({ "outcome": "used" })).await.unwrap();
    assert_eq!(settled.json()["erased"], true);

    let mut resting = studio.connect_tls(there.studio()).await.unwrap();
    assert_eq!(send_raw_request(&mut resting, ME).await.unwrap().0, 200);
    assert!(first.run(&["device", "revoke", &studio.device_id]).status.success());
    wait_until_closed(&mut resting).await;
    assert!(studio.client(there.studio()).get("/v1/me").await.is_err(), "a new handshake succeeded");
}

#[tokio::test]
async fn init_takes_an_empty_database_once_and_says_how_to_add_a_node() {
    let database = TestDatabase::empty().await;
    let url = database.url.replace("lichtbild@", "lichtbild:s3cr3t@");
    let home = GatewayFolder::over_server(&url);
    assert!(!home.database().exists());
    let message = GatewayFolder::empty().failure(&["init", "--dir", "gateway", "--database", &url]);
    assert!(message.contains("in use by a gateway") && message.contains("copy its folder"), "{message}");
    assert!(!message.contains("s3cr3t"), "{message}");

    assert_eq!(mode(&home.config()), 0o600, "there is a password in it");
    assert!(home.run(&["studio", "list"]).status.success());
    fs::set_permissions(home.config(), fs::Permissions::from_mode(0o644)).unwrap();
    let message = home.failure(&["studio", "list"]);
    assert!(message.contains("chmod 600") && !message.contains("s3cr3t"), "{message}");
}

#[tokio::test]
async fn what_is_wrong_with_the_servers_database_is_said_before_a_port_is_open() {
    let database = TestDatabase::empty().await;
    let home = GatewayFolder::over_server(&database.url);
    home.set("database", &format!("\"{}\"", database.url.replace("/test_", "/not_there_")));
    for command in [vec!["serve"], vec!["studio", "list"]] {
        let message = home.failure(&command);
        assert!(message.contains("does not exist") && message.contains("createdb"), "{message}");
    }
    home.set("database", "\"postgres://anna:s3cr3t@db.example/lichtbild?sslmode=prefer\"");
    let message = home.failure(&["serve"]);
    assert!(message.contains("verify-full") && message.contains("anna:…@") && !message.contains("s3cr3t"), "{message}");
}

#[tokio::test]
async fn the_demo_plays_on_a_server_too() {
    let database = TestDatabase::empty().await;
    let played = GatewayFolder::empty().run(&["demo", "--database", &database.url]);
    assert!(played.status.success(), "{}", String::from_utf8_lossy(&played.stderr));
}
