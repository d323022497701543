//! A PostgreSQL server with a full disk.

use super::{deposit, is_refused_for_now, use_small_profile};
use crate::support::gateway_process::{GatewayFolder, wait_until};
use crate::support::https_client::plain_get;
use crate::support::photos::jpeg::colour_jpeg;
use crate::support::postgres::{PostgresServer, execute_on};
use crate::support::raw_database::RawDatabase;

#[tokio::test]
async fn a_server_whose_disk_is_full_refuses_deposits_and_loses_nothing() {
    let cluster = PostgresServer::start().await;
    cluster.stop_immediately();
    if !cluster.start_server_with_small_disk(24) {
        eprintln!("skipped: a small disk cannot be mounted here");
        return;
    }
    // The tables are on this disk. A server without space for its log would stop, which another test covers.
    let space = cluster.folder().join("disk/space");
    execute_on(&cluster.url("postgres"), &format!("CREATE TABLESPACE small LOCATION '{}'", space.display())).await;
    execute_on(&cluster.url("postgres"), "CREATE DATABASE narrow TABLESPACE small").await;
    let url = cluster.url("narrow");
    let home = GatewayFolder::over_server(&url);
    use_small_profile(&home);
    let (studio, office) = (home.studio("Foto Koch"), home.office("Amt Nord"));
    let gateway = home.start();
    let (watched, desk) = (studio.client(gateway.studio()), office.client(gateway.office()));
    let photo = colour_jpeg(350, 450);

    cluster.fill_disk();
    let mut codes = Vec::new();
    let mut refused = None;
    for number in 0..100 {
        let key = format!("a-key-for-photo-{number}");
        let answer = watched.deposit_bytes(&key, photo.clone()).await.unwrap();
        if is_refused_for_now(&answer, "storage-unavailable") {
            refused = Some(key);
            break;
        }
        codes.push(answer.code());
    }
    let refused = refused.expect("what is left of a full disk holds no hundred photos");
    assert!(gateway.log().contains("No space left"), "it was refused for something else: {}", gateway.log());
    assert_eq!(watched.get("/v1/photos").await.unwrap().status, 200, "reading goes on");

    cluster.free_disk();
    wait_until("there is space again", async || {
        let answer = watched.deposit_bytes(&refused, photo.clone()).await.unwrap();
        let stored = !is_refused_for_now(&answer, "storage-unavailable");
        if stored {
            codes.push(answer.code());
        }
        stored
    })
    .await;
    codes.push(deposit(&watched, "a-key-for-a-small-photo").await.unwrap().code());
    for code in &codes[..codes.len() - 1] {
        let collection = desk.collect_ok(code).await;
        assert!(desk.fetch(&collection, code).await.unwrap().body == photo);
    }
    assert!(plain_get(&format!("{}/readyz", gateway.ops())).await.contains("\"ready\""));
    let database = RawDatabase::connect(&url).await;
    database.audit().await;
    let stored = i64::try_from(codes.len()).unwrap();
    assert_eq!((database.count("photos").await, database.count("frames").await), (stored, stored));
}
