//! A PostgreSQL whose disk is full.

use super::{deposit, is_put_off, judge_small_photos};
use crate::support::cluster::{Cluster, execute_on};
use crate::support::device::plain_get;
use crate::support::jpeg::colour_picture;
use crate::support::process::{Home, until};
use crate::support::records::Database;

#[tokio::test]
async fn a_server_whose_disk_is_full_refuses_deposits_and_loses_nothing() {
    let cluster = Cluster::start().await;
    cluster.take_down();
    if !cluster.bring_up_beside_a_disk(24) {
        eprintln!("skipped: a small disk cannot be mounted here");
        return;
    }
    // The tables are on it. Without room for its log the server would stop, which is told of like any server that is gone.
    let space = cluster.folder().join("disk/space");
    execute_on(&cluster.url("postgres"), &format!("CREATE TABLESPACE small LOCATION '{}'", space.display())).await;
    execute_on(&cluster.url("postgres"), "CREATE DATABASE narrow TABLESPACE small").await;
    let url = cluster.url("narrow");
    let home = Home::over_server(&url);
    judge_small_photos(&home);
    let (studio, office) = (home.studio("Foto Koch"), home.office("Amt Nord"));
    let gateway = home.start();
    let (shop, counter) = (studio.calls(gateway.studio()), office.calls(gateway.office()));
    let picture = colour_picture(350, 450);

    cluster.fill_disk();
    let mut codes = Vec::new();
    let mut refused = None;
    for number in 0..100 {
        let key = format!("a-key-for-photo-{number}");
        let answer = shop.deposit_bytes(&key, picture.clone()).await.unwrap();
        if is_put_off(&answer, "storage-unavailable") {
            refused = Some(key);
            break;
        }
        codes.push(answer.code());
    }
    let refused = refused.expect("what is left of a full disk holds no hundred photos");
    assert!(gateway.log().contains("No space left"), "it was refused for something else: {}", gateway.log());
    assert_eq!(shop.get("/v1/photos").await.unwrap().status, 200, "reading goes on");

    cluster.free_disk();
    until("there is space again", async || {
        let answer = shop.deposit_bytes(&refused, picture.clone()).await.unwrap();
        let stored = !is_put_off(&answer, "storage-unavailable");
        if stored {
            codes.push(answer.code());
        }
        stored
    })
    .await;
    codes.push(deposit(&shop, "a-key-for-a-small-photo").await.unwrap().code());
    for code in &codes[..codes.len() - 1] {
        let collection = counter.collects(code).await;
        assert!(counter.fetch(&collection, code).await.unwrap().body == picture);
    }
    assert!(plain_get(&format!("{}/readyz", gateway.ops())).await.contains("\"ready\""));
    let database = Database::connect(&url).await;
    database.audit().await;
    let stored = i64::try_from(codes.len()).unwrap();
    assert_eq!((database.count("photos").await, database.count("frames").await), (stored, stored));
}
