//! Three nodes over one database: a receiver that goes to another node when its own is killed misses no event, also if HAProxy chooses the
//! node.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::json;

use super::{EventReader, ReceivedEvent};
use crate::support::gateway_process::{GatewayFolder, GatewayProcess, free_port, wait_until};
use crate::support::https_client::{DeviceFiles, HttpsClient, HttpsResponse};
use crate::support::postgres::TestDatabase;
use crate::support::proxies::load_balancer::{BALANCER, BalancerProcess, free_address};
use crate::support::raw_database::RawDatabase;
use crate::support::router_client::photo;
use crate::support::test_gateway::SMALL_PROFILE_TOML;

const WORKERS: usize = 3;

/// Address of a receiver behind the load balancer.
const CLIENT: &str = "127.0.0.2";

#[derive(Default)]
struct FleetState {
    is_over: AtomicBool,
    /// Workers that have settled their last photo.
    finished: AtomicUsize,
    /// Photos with a settlement that was answered.
    settled: Mutex<BTreeSet<String>>,
    /// Node of the receiver.
    receiver_at: AtomicUsize,
    interruptions: AtomicUsize,
}

impl FleetState {
    fn settled(&self) -> BTreeSet<String> {
        self.settled.lock().unwrap().clone()
    }
}

/// Asks one node after the other until one answers.
async fn persist(
    nodes: &[HttpsClient],
    ask: impl AsyncFn(&HttpsClient) -> reqwest::Result<HttpsResponse>,
) -> HttpsResponse {
    for turn in 0..300 {
        match ask(&nodes[turn % nodes.len()]).await {
            Ok(answer) if answer.status < 500 && answer.status != 429 => return answer,
            _ => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
        }
    }
    panic!("no node answers");
}

fn clients(device: &DeviceFiles, urls: &[String], first: usize) -> Vec<HttpsClient> {
    let mut clients: Vec<_> = urls.iter().map(|url| device.client(url)).collect();
    clients.rotate_left(first);
    clients
}

async fn works(studio: Vec<HttpsClient>, office: Vec<HttpsClient>, number: u32, state: &FleetState) {
    let mut round = 0;
    while !state.is_over.load(Ordering::SeqCst) {
        round += 1;
        let (key, bytes) = (format!("a-key-for-photo-{number}-{round}"), photo(1_000 * number + round));
        let deposit = persist(&studio, async |node| node.deposit_bytes(&key, bytes.clone()).await).await;
        let code = deposit.code();
        let lease = persist(&office, async |node| node.collect(&code).await).await;
        let collection = lease.text("collection_id");
        let fetched = persist(&office, async |node| node.fetch(&collection, &code).await).await;
        assert_eq!(fetched.status, 200);
        let outcome = match round % 3 {
            0 => json!({ "outcome": "refused", "reason": "gaze", "note": format!("Runde {round}") }),
            _ => json!({ "outcome": "used" }),
        };
        let receipt = persist(&office, async |node| node.settle(&collection, &outcome).await).await;
        assert_eq!(receipt.status, 200, "{}", receipt.json());
        state.settled.lock().unwrap().insert(deposit.text("photo_id"));
    }
    state.finished.fetch_add(1, Ordering::SeqCst);
}

/// Receives events until the work is over and every settled photo was told of.
async fn receives(nodes: Vec<HttpsClient>, state: &FleetState) -> Vec<ReceivedEvent> {
    let mut received: Vec<ReceivedEvent> = Vec::new();
    let mut photos = BTreeSet::new();
    loop {
        let last = received.last().map(|event| event.id.clone());
        let at = state.receiver_at.load(Ordering::SeqCst);
        if let Ok(mut stream) = EventReader::open(&nodes[at], last.as_deref()).await {
            loop {
                if state.finished.load(Ordering::SeqCst) == WORKERS && state.settled().is_subset(&photos) {
                    return received;
                }
                let next = tokio::time::timeout(std::time::Duration::from_millis(200), stream.next());
                match next.await {
                    Ok(Ok(Some(event))) => {
                        photos.insert(event.text("photo_id"));
                        received.push(event);
                    }
                    // Looks again at what is left.
                    Err(_) => {}
                    Ok(Ok(None) | Err(_)) => break,
                }
            }
        }
        state.interruptions.fetch_add(1, Ordering::SeqCst);
        state.receiver_at.store((at + 1) % nodes.len(), Ordering::SeqCst);
    }
}

/// Kills the node of the receiver, or behind a load balancer each in turn, and starts it again, once for each node.
async fn kills(homes: &[GatewayFolder], nodes: &mut [GatewayProcess], is_balanced: bool, state: &FleetState) {
    for turn in 0..homes.len() {
        let before = state.settled().len();
        wait_until("everybody works", async || state.settled().len() > before + 8).await;
        let at = if is_balanced { turn } else { state.receiver_at.load(Ordering::SeqCst) };
        nodes[at].signal("-KILL");
        assert!(!nodes[at].wait().success());
        let before = state.settled().len();
        wait_until("the others go on", async || state.settled().len() > before + 4).await;
        nodes[at] = homes[at].start();
    }
    let before = state.settled().len();
    wait_until("everybody works", async || state.settled().len() > before + 8).await;
    state.is_over.store(true, Ordering::SeqCst);
}

#[tokio::test]
async fn events_arrive_in_order_and_none_is_missing_though_the_node_of_the_receiver_is_killed() {
    assert_that_a_receiver_misses_nothing(false).await;
}

#[tokio::test]
async fn behind_haproxy_events_arrive_in_order_and_none_is_missing_though_each_node_is_killed() {
    assert_that_a_receiver_misses_nothing(true).await;
}

/// HAProxy in front of the studio listeners of all nodes, which get the addresses of its clients in PROXY headers.
async fn balance(nodes: &[GatewayProcess], folder: &Path) -> BalancerProcess {
    let address = free_address();
    let mut text = format!(
        "defaults\n mode tcp\n source {BALANCER}\n timeout connect 2s\n timeout client 60s\n timeout server 60s\n \
         option redispatch\n retries 3\n default-server inter 200ms fall 1 rise 1 send-proxy-v2\n\
         listen studio\n bind {address}\n"
    );
    for (number, node) in nodes.iter().enumerate() {
        let port = node.studio().rsplit(':').next().unwrap();
        text += &format!(" server node{number} 127.0.0.1:{port} check\n");
    }
    BalancerProcess::start("haproxy", &["-db", "-f"], folder, address, &text).await
}

async fn assert_that_a_receiver_misses_nothing(is_balanced: bool) {
    let database = TestDatabase::empty().await;
    let first = GatewayFolder::over_server(&database.url);
    fs::write(first.file("small.toml"), SMALL_PROFILE_TOML).unwrap();
    first.set("profile", "\"icao-35x45\"\nprofile_file = \"small.toml\"");
    let (depositing, office) = (first.studio("Foto Koch"), first.office("Amt Nord"));
    let receiving = first.device("studio", "Foto Koch");
    let homes = [first.copy_as_node(), first.copy_as_node(), first];
    for home in &homes {
        for listener in ["studio", "office"] {
            home.set(listener, &format!("\"127.0.0.1:{}\"", free_port()));
        }
        home.set("proxy_protocol_from", &format!("[\"{BALANCER}\"]"));
    }
    let mut nodes: Vec<_> = homes.iter().map(GatewayFolder::start).collect();
    let studio_urls: Vec<_> = nodes.iter().map(|node| node.studio().to_owned()).collect();
    let office_urls: Vec<_> = nodes.iter().map(|node| node.office().to_owned()).collect();
    let balancer = if is_balanced { Some(balance(&nodes, &homes[0].beside("")).await) } else { None };
    let receivers = match &balancer {
        Some(balancer) => vec![receiving.client_behind(balancer.address, CLIENT.parse().unwrap(), "https://localhost")],
        None => clients(&receiving, &studio_urls, 0),
    };
    let state = Arc::new(FleetState::default());
    let worker = |number: usize| {
        let (studio, office) =
            (clients(&depositing, &studio_urls, number % 3), clients(&office, &office_urls, (number + 1) % 3));
        works(studio, office, u32::try_from(number).unwrap(), &state)
    };
    let (one, two, three) = (worker(0), worker(1), worker(2));
    let (.., received, ()) =
        tokio::join!(one, two, three, receives(receivers, &state), kills(&homes, &mut nodes, is_balanced, &state));

    let mut once: BTreeMap<String, String> = BTreeMap::new();
    for event in &received {
        assert_eq!(event.id, event.text("event_id"));
        let known = once.entry(event.id.clone()).or_insert_with(|| event.text("photo_id"));
        assert_eq!(*known, event.text("photo_id"), "a repeat has the same identifier");
    }
    let order = RawDatabase::connect(&database.url).await.texts("SELECT event_id FROM events ORDER BY position").await;
    let place = |event: &ReceivedEvent| order.iter().position(|id| *id == event.id).expect("a stored event");
    assert!(received.iter().map(place).is_sorted(), "in the order of the positions");
    let photos: BTreeSet<_> = received.iter().map(|event| event.text("photo_id")).collect();
    let settled = state.settled();
    assert!(settled.is_subset(&photos), "missing: {:?}", settled.difference(&photos));
    assert_eq!(once.len(), photos.len(), "a photo is settled once");
    let interruptions = state.interruptions.load(Ordering::SeqCst);
    // Behind a load balancer some kills meet other nodes.
    assert!(interruptions >= if is_balanced { 1 } else { 3 }, "the receiver was never interrupted");
    if let Some(balancer) = &balancer {
        // A certificate of another authority is refused in the handshake, and the log names the client.
        let foreign = office.client_behind(balancer.address, CLIENT.parse().unwrap(), "https://localhost");
        foreign.get("/v1/me").await.unwrap_err();
        wait_until("the refusal is in the log", async || {
            nodes.iter().any(|node| node.log().contains(&format!("remote_address={CLIENT}:")))
        })
        .await;
        assert!(!nodes.iter().any(|node| node.log().contains(&format!("remote_address={BALANCER}:"))));
    }
    println!(
        "{} settlements, {} events received, {} repeats, {interruptions} interruptions",
        settled.len(),
        received.len(),
        received.len() - once.len()
    );
    // A list from the beginning, by any node, has the same events.
    let mut first_deliveries: Vec<_> = received.iter().map(|event| event.id.as_str()).collect();
    first_deliveries.dedup();
    for url in &studio_urls {
        let list = receiving.client(url).get("/v1/events?limit=200").await.unwrap().json();
        let listed: Vec<_> = list["events"].as_array().unwrap().iter().map(|event| event["event_id"].clone()).collect();
        assert_eq!(json!(listed), json!(first_deliveries[..listed.len()]));
    }
}
