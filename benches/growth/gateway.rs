//! The whole gateway over loopback TLS: CPU time of a deposit and a collection of a real photo.

use std::fs;
use std::time::Instant;

use serde_json::json;

use super::gateway_process::{GatewayFolder, GatewayProcess};
use super::postgres::PostgresServer;

const PHOTO: &[u8] = include_bytes!("../../fixtures/portrait-1244x1600.jpg");
const CLIENTS: u32 = 4;

pub async fn measure(cluster: &PostgresServer, operations: u32) {
    println!("\nThe whole gateway, photos of {} KB, {CLIENTS} clients:", PHOTO.len() / 1_000);
    measure_store("SQLite", &GatewayFolder::with_default_profile(), None, operations).await;
    let home = GatewayFolder::over_server(&cluster.empty_database().await);
    home.set("profile", "\"de-tr03121\"");
    measure_store("PostgreSQL", &home, Some(cluster), operations).await;
}

async fn measure_store(store: &str, home: &GatewayFolder, cluster: Option<&PostgresServer>, operations: u32) {
    let (studio, office) = (home.studio("Foto Koch"), home.office("Amt Nord"));
    let gateway = home.start();
    let mut codes = Vec::new();
    // The first few operations warm up.
    for number in [CLIENTS, operations] {
        let (begun, before) = (Instant::now(), processor_time(&gateway, cluster));
        let mut clients = tokio::task::JoinSet::new();
        for client in 0..CLIENTS {
            let studio = studio.client(gateway.studio());
            clients.spawn(async move {
                let mut codes = Vec::new();
                for turn in 0..number / CLIENTS {
                    let key = format!("photo-{turn}-of-{client}-of-{number}");
                    codes.push(studio.deposit_bytes(&key, PHOTO).await.unwrap().code());
                }
                codes
            });
        }
        codes = clients.join_all().await;
        if number == operations {
            print(store, "deposit", operations, begun, before, processor_time(&gateway, cluster));
        }
    }
    let (begun, before) = (Instant::now(), processor_time(&gateway, cluster));
    let mut clients = tokio::task::JoinSet::new();
    for codes in codes {
        let office = office.client(gateway.office());
        clients.spawn(async move {
            for code in codes {
                let collection = office.collect_ok(&code).await;
                assert_eq!(office.fetch(&collection, &code).await.unwrap().body.len(), PHOTO.len());
                let settled = office.settle(&collection, &json!({ "outcome": "used" })).await.unwrap();
                assert_eq!(settled.status, 200);
            }
        });
    }
    clients.join_all().await;
    print(store, "collection", operations, begun, before, processor_time(&gateway, cluster));
}

fn print(store: &str, what: &str, operations: u32, begun: Instant, before: (u64, u64), after: (u64, u64)) {
    let (all, seconds) = (f64::from(operations), begun.elapsed().as_secs_f64());
    // A tick is a hundredth of a second.
    let each = |before: u64, after: u64| after.saturating_sub(before) as f64 * 10.0 / all;
    println!(
        "{store:<10} {what:<10} {:>6.1}/s, {:>5.1} ms of processor time in the gateway, {:>5.1} ms in the server",
        all / seconds,
        each(before.0, after.0),
        each(before.1, after.1),
    );
}

/// CPU time of the gateway and of the database server, in ticks.
fn processor_time(gateway: &GatewayProcess, cluster: Option<&PostgresServer>) -> (u64, u64) {
    let server = cluster.map(PostgresServer::processes).unwrap_or_default();
    (ticks(&gateway.process_id().to_string()), server.iter().map(|process| ticks(process)).sum())
}

fn ticks(process: &str) -> u64 {
    let Ok(stat) = fs::read_to_string(format!("/proc/{process}/stat")) else { return 0 };
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    // Fields 14 and 15: user and system time.
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}
