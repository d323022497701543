//! A fleet restarted node by node while everybody works: nobody notices more than a connection that has to be made anew.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use serde_json::json;

use crate::support::gateway_process::{GatewayFolder, GatewayProcess, free_port, wait_until};
use crate::support::https_client::{DeviceFiles, HttpsClient, HttpsResponse};
use crate::support::postgres::TestDatabase;
use crate::support::router_client::photo;
use crate::support::test_gateway::SMALL_PROFILE_TOML;

/// Counters of the clients, and the flag that stops them.
#[derive(Default)]
struct LoadState {
    is_over: AtomicBool,
    rounds: AtomicU32,
    retried_connections: AtomicU32,
}

/// Knows every node's address, and goes to the next one when a connection fails.
struct FailoverClient {
    nodes: Vec<HttpsClient>,
    at: usize,
    shift: Arc<LoadState>,
}

impl FailoverClient {
    fn new(files: &DeviceFiles, urls: &[String], at: usize, shift: &Arc<LoadState>) -> Self {
        Self { nodes: urls.iter().map(|url| files.client(url)).collect(), at, shift: Arc::clone(shift) }
    }

    async fn asks(&mut self, ask: impl AsyncFn(&HttpsClient) -> reqwest::Result<HttpsResponse>) -> HttpsResponse {
        let mut errors = Vec::new();
        // Of three nodes one is away; the second try may meet a connection that was closed when that one went.
        for _ in 0..6 {
            match ask(&self.nodes[self.at]).await {
                Ok(answer) => return answer,
                Err(error) => {
                    let is_no_answer = error.is_request() && !error.is_timeout() && !error.is_body();
                    assert!(is_no_answer, "an answer was cut short, or did not come: {error:?}");
                    self.shift.retried_connections.fetch_add(1, Ordering::SeqCst);
                    self.at = (self.at + 1) % self.nodes.len();
                    errors.push(error);
                }
            }
        }
        panic!("no node takes a connection: {errors:?}");
    }
}

async fn works(mut watched: FailoverClient, mut desk: FailoverClient, number: u32) {
    let (shift, mut round) = (Arc::clone(&watched.shift), 0);
    while !shift.is_over.load(Ordering::SeqCst) {
        round += 1;
        let key = format!("a-key-for-photo-{number}-{round}");
        let bytes = photo(1_000 * number + round);
        let code = watched.asks(async |node| node.deposit_bytes(&key, bytes.clone()).await).await.code();
        let lease = desk.asks(async |node| node.collect(&code).await).await;
        assert!(matches!(lease.status, 200 | 201), "{}", lease.json());
        let collection = lease.text("collection_id");
        let image = desk.asks(async |node| node.fetch(&collection, &code).await).await;
        assert!(image.status == 200 && image.body == bytes, "{}", image.status);
        let used = json!({ "outcome": "used" });
        let receipt = desk.asks(async |node| node.settle(&collection, &used).await).await;
        assert_eq!(receipt.status, 200, "{}", receipt.json());
        shift.rounds.fetch_add(1, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn three_nodes_are_restarted_one_after_the_other_and_no_operation_fails() {
    let database = TestDatabase::empty().await;
    let first = GatewayFolder::over_server(&database.url);
    fs::write(first.file("small.toml"), SMALL_PROFILE_TOML).unwrap();
    first.set("profile", "\"icao-35x45\"\nprofile_file = \"small.toml\"");
    let parties: Vec<_> =
        (0..4).map(|n| (first.studio(&format!("Foto {n}")), first.office(&format!("Amt {n}")))).collect();
    let homes = [first.copy_as_node(), first.copy_as_node(), first];
    for home in &homes {
        for listener in ["studio", "office"] {
            home.set(listener, &format!("\"127.0.0.1:{}\"", free_port()));
        }
    }
    let nodes: Vec<_> = homes.iter().map(GatewayFolder::start).collect();
    let studio_urls: Vec<_> = nodes.iter().map(|node| node.studio().to_owned()).collect();
    let office_urls: Vec<_> = nodes.iter().map(|node| node.office().to_owned()).collect();
    let shift = Arc::new(LoadState::default());
    let client = |at: usize| {
        let (studio, office) = &parties[at];
        let node = at % nodes.len();
        let watched = FailoverClient::new(studio, &studio_urls, node, &shift);
        works(watched, FailoverClient::new(office, &office_urls, node, &shift), u32::try_from(at).unwrap())
    };
    let (one, two, three, four) = (client(0), client(1), client(2), client(3));
    let (.., _fleet) = tokio::join!(one, two, three, four, restarts(homes, nodes, &shift));
    let retried = shift.retried_connections.load(Ordering::SeqCst);
    println!("{} rounds, {retried} connections retried", shift.rounds.load(Ordering::SeqCst));
}

/// Each node in its turn, the next one once everybody has worked for a while. The fleet goes on for those who still have something
/// to finish.
async fn restarts(
    homes: [GatewayFolder; 3],
    mut nodes: Vec<GatewayProcess>,
    shift: &LoadState,
) -> (Vec<GatewayProcess>, Vec<GatewayFolder>) {
    let (rounds, mut kept) = (|| shift.rounds.load(Ordering::SeqCst), Vec::new());
    for home in homes {
        let before = rounds();
        wait_until("everybody is at work", async || rounds() > before + 8).await;
        let node = nodes.remove(0);
        let restart = tokio::task::spawn_blocking(move || (node.stop(), home.start(), home));
        let (stopped, node, home) = restart.await.unwrap();
        assert_eq!(stopped.code(), Some(0));
        nodes.push(node);
        kept.push(home);
    }
    let before = rounds();
    wait_until("everybody is at work", async || rounds() > before + 8).await;
    shift.is_over.store(true, Ordering::SeqCst);
    (nodes, kept)
}
