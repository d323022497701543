//! Growth of cost: deposits and collections with a thousand stored photos and with up to a thousand times as many, on SQLite and
//! on a dedicated PostgreSQL; then the cost of one deposit and one collection for the whole gateway.
//!
//! ```text
//! cargo bench --bench growth              1,000, 10,000 and 50,000 photos: some minutes
//! cargo bench --bench growth -- --full    1,000, 100,000 and 1,000,000 photos: ten minutes, and 12 GB of disk
//! ```
//! The sizes alternate round by round, so that other load on the machine affects all of them alike. The result is the median of
//! the ratios of the rounds. The stored photos' pictures have 1 KB each, so that a million fit on the disk. Deposits are measured
//! with 2 KB (half of which is the seal), which shows the growth of tables and indexes alone, and with 550 KB, the size of a real
//! photo. Everything is written to a disk and synchronised, as in production. Ratios are comparable between machines, times are
//! not.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a measurement that cannot go on has failed")]

mod bench_store;
mod gateway;
#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/support/gateway_process.rs"]
mod gateway_process;
#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/support/https_client.rs"]
mod https_client;
mod photos;
#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/support/postgres.rs"]
mod postgres;
mod results;
#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/support/seed_data.rs"]
mod seed_data;
#[path = "../../tests/support/test_sealer.rs"]
mod test_sealer;
mod workload;

use std::time::Instant;

use self::bench_store::BenchStore;
use self::postgres::PostgresServer;
use self::results::Results;
use self::workload::{WORKLOADS, measure};

/// Settings of a medium-sized PostgreSQL server; all others keep their defaults.
const SETTINGS: &str = "-c shared_buffers=1GB -c max_wal_size=4GB -c max_connections=200";

fn main() {
    let full = std::env::args().any(|argument| argument == "--full");
    let sizes = if full { [1_000, 100_000, 1_000_000] } else { [1_000, 10_000, 50_000] };
    let rounds = if full { 12 } else { 6 };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let cluster = PostgresServer::start_in(&std::env::temp_dir(), SETTINGS).await;
        let mut places = Vec::new();
        for photos in sizes {
            let begun = Instant::now();
            places.push(BenchStore::on_sqlite(photos).await);
            places.push(BenchStore::on_postgres(photos, &cluster).await);
            println!("{photos} photos are there on either store after {} s", begun.elapsed().as_secs());
        }
        for store in ["SQLite", "PostgreSQL"] {
            let mut of_store: Vec<_> = places.iter_mut().filter(|place| place.store_name == store).collect();
            let mut figures = Results::new(store, &sizes);
            for round in 0..=rounds {
                for (size, place) in of_store.iter_mut().enumerate() {
                    if store == "PostgreSQL" {
                        place.watch(&cluster);
                    }
                    for kind in WORKLOADS {
                        let measured = measure(place, kind).await;
                        // The first round only warms up.
                        if round > 0 {
                            figures.add(size, kind, measured);
                        }
                    }
                }
            }
            figures.print();
            for place in of_store {
                place.print_disk().await;
            }
        }
        for place in places {
            place.store.close().await;
        }
        gateway::measure(&cluster, if full { 200 } else { 60 }).await;
    });
}
