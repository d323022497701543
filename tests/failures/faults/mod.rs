//! Faults of every kind under load. The history is checked against the audit log: nothing acknowledged is lost, no
//! office gets a photo that another one has used, and every code has a photo. `tests/failures/faults/run` takes
//! minutes, `tests/run` half a minute.

skip_in!(quick, postgres: "starts and kills programs, over either store");

mod checker;
mod checker_tests;
mod failover;
mod fault_injector;
mod history;
mod load_clients;
mod log_replay;
mod violation;

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use self::checker::violations;
use self::fault_injector::{FaultCounts, FaultNode, inject_environment_faults, inject_node_faults};
use self::history::RecordedOperation;
use self::load_clients::{LoadClient, SharedRun};
use self::log_replay::replay;
use crate::support::gateway_process::{GatewayFolder, GatewayProcess, free_port, wait_until};
use crate::support::https_client::{DeviceFiles, plain_get};
use crate::support::postgres::{PostgresServer, execute_on};
use crate::support::proxies::breaking::BreakingProxy;
use crate::support::raw_database::RawDatabase;
use crate::support::test_gateway::SMALL_PROFILE_TOML;

/// Studios with one device each, and offices, one of which has two devices.
const STUDIOS: [&str; 3] = ["Foto Koch", "Foto Grün", "Foto Wolf"];
const OFFICES: [&str; 5] = ["Amt Nord", "Amt Nord", "Amt Süd", "Amt West", "Amt Ost"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes a machine for itself: see tests/failures/faults/run"]
async fn over_a_server_nothing_is_lost_whatever_is_killed_stopped_cut_or_wrong() {
    let server = Arc::new(PostgresServer::start().await);
    // A server that may lose its last commits at a power failure; the nodes override this setting.
    let settings = server.url("postgres");
    for forgetful in ["synchronous_commit = off", "wal_writer_delay = '2s'"] {
        execute_on(&settings, &format!("ALTER SYSTEM SET {forgetful}")).await;
    }
    execute_on(&settings, "SELECT pg_reload_conf()").await;
    let url = server.empty_database().await;
    let first = GatewayFolder::over_server(&url);
    let parties = Parties::of(&first);
    let nodes = [first.copy_as_node(), first.copy_as_node(), first];
    let database = async || RawDatabase::connect(&url).await;
    run(nodes.map(set_up).into(), parties, Some(server), true, database).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes a machine for itself: see tests/failures/faults/run"]
async fn over_a_file_nothing_is_lost_whenever_the_gateway_is_killed() {
    let home = GatewayFolder::new();
    let (parties, file) = (Parties::of(&home), home.database());
    let database = async || RawDatabase::open(&file).await;
    run(vec![set_up(home)], parties, None, false, database).await;
}

/// Fixed ports, and limits that eight fast clients do not reach.
fn set_up(home: GatewayFolder) -> FaultNode {
    for listener in ["studio", "office"] {
        home.set(listener, &format!("\"127.0.0.1:{}\"", free_port()));
    }
    fs::write(home.file("small.toml"), SMALL_PROFILE_TOML).unwrap();
    home.set("profile", "\"icao-35x45\"\nprofile_file = \"small.toml\"");
    for limit in ["requests_per_minute", "uploads_per_minute", "wrong_codes_per_device", "wrong_codes_over_all"] {
        home.set(limit, "1000000");
    }
    home.set("checkpoint_minutes", "0.1");
    home.set("sweep_seconds", "0.5");
    let node = FaultNode { home };
    node.set_clock(0);
    node
}

struct Parties {
    studios: Vec<DeviceFiles>,
    offices: Vec<DeviceFiles>,
}

impl Parties {
    fn of(home: &GatewayFolder) -> Self {
        let studios = STUDIOS.map(|name| home.studio(name)).into();
        let mut offices = Vec::new();
        for (place, name) in OFFICES.into_iter().enumerate() {
            let is_known = OFFICES[..place].contains(&name);
            offices.push(if is_known { home.device("office", name) } else { home.office(name) });
        }
        Self { studios, offices }
    }
}

fn env_number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{name}={text}: a number")))
}

async fn run(
    nodes: Vec<FaultNode>,
    parties: Parties,
    server: Option<Arc<PostgresServer>>,
    pauses: bool,
    database: impl AsyncFn() -> RawDatabase,
) {
    let seed = env_number("LICHTBILD_FAULT_SEED", u64::from(std::process::id()));
    let span = Duration::from_secs(env_number("LICHTBILD_FAULT_SECONDS", 30));
    println!("LICHTBILD_FAULT_SEED={seed} LICHTBILD_FAULT_SECONDS={}", span.as_secs());
    let mut running: Vec<_> = nodes.iter().map(FaultNode::start).collect();
    let (mut studio_lines, mut office_lines) = (Vec::new(), Vec::new());
    for gateway in &running {
        studio_lines.push(BreakingProxy::to(gateway.studio()).await);
        office_lines.push(BreakingProxy::to(gateway.office()).await);
    }
    let urls = |lines: &[BreakingProxy]| lines.iter().map(BreakingProxy::url).collect::<Vec<_>>();
    if let Some(server) = &server {
        tokio::task::block_in_place(|| server.base_backup("yesterday", false));
    }
    // Counted after the backup, which has no more rows than that.
    let yesterday = database().await.count("audit").await;
    let work = ClientWork::begin(&parties, &urls(&studio_lines), &urls(&office_lines), seed);

    let end = Instant::now() + span;
    let lines: Vec<_> = studio_lines.into_iter().chain(office_lines).collect();
    let at_work = Arc::clone(&work.setup);
    let mischief = tokio::task::spawn_blocking(move || {
        let counts = std::thread::scope(|scope| {
            let around = scope.spawn(|| {
                inject_environment_faults(&at_work, &nodes, &lines, server.as_deref(), yesterday, seed + 100, end)
            });
            let mut counts = inject_node_faults(&nodes, &mut running, pauses, seed + 200, end);
            counts.extend(around.join().unwrap());
            counts
        });
        (counts, (nodes, lines, server, running))
    });
    let (counts, everything) = mischief.await.unwrap();
    // The last node notices the right database within a second.
    for gateway in &everything.3 {
        wait_until("all nodes are ready", async || {
            plain_get(&format!("{}/readyz", gateway.ops())).await.contains("\"ready\"")
        })
        .await;
    }
    let database = database().await;
    work.finish(&database, &counts, seed).await;
    let (nodes, .., running) = &everything;
    assert_nodes_sound(nodes, running).await;
    drop(everything);
}

/// Studios and offices at work.
struct ClientWork {
    setup: Arc<SharedRun>,
    studios: JoinSet<LoadClient>,
    offices: JoinSet<LoadClient>,
}

impl ClientWork {
    fn begin(parties: &Parties, studio_urls: &[String], office_urls: &[String], seed: u64) -> Self {
        let setup = Arc::new(SharedRun::new());
        let mut studios = JoinSet::new();
        for ((number, files), name) in (1..).zip(&parties.studios).zip(STUDIOS) {
            let client = LoadClient::new(&setup, files, name, studio_urls, seed + u64::from(number));
            studios.spawn(client.run_studio(number * 1_000_000));
        }
        let mut offices = JoinSet::new();
        for ((number, files), name) in (10..).zip(&parties.offices).zip(OFFICES) {
            let client = LoadClient::new(&setup, files, name, office_urls, seed + number);
            offices.spawn(client.run_office());
        }
        Self { setup, studios, offices }
    }

    /// Ends the work after all faults, looks for every photo and checks all promises.
    async fn finish(self, database: &RawDatabase, counts: &FaultCounts, seed: u64) {
        let Self { setup, studios, offices } = self;
        setup.closing.store(true, Ordering::SeqCst);
        studios.join_all().await;
        let offices = offices.join_all().await;
        let quiet_since = setup.history.now();
        account_for_all(&setup, offices).await;

        let operations = setup.operations();
        let mut log = database.audit().await;
        for row in &mut log {
            // At a node whose clock has leapt, an office may settle as used a photo that counts as used already. The sweep
            // must not do so in this run.
            if row.event == "collection.used_by_default" && row.actor != "gateway" {
                row.event = "collection.used".into();
            }
        }
        let found = violations(&operations, &log, quiet_since);
        print_summary(counts, &operations, log.len(), setup.codes().len());
        if !found.is_empty() {
            let file = std::env::temp_dir().join(format!("lichtbild-faults-{seed}.txt"));
            fs::write(&file, format!("{found:#?}\n{operations:#?}\n{log:#?}")).unwrap();
            panic!(
                "{} promises are broken, the first of them: {:?}; all of it: {}",
                found.len(),
                found.first(),
                file.display()
            );
        }
        assert_that_rows_agree(database, &log).await;
    }
}

/// Asserts that each node is ready and finds nothing wrong in the database.
async fn assert_nodes_sound(nodes: &[FaultNode], running: &[GatewayProcess]) {
    for (node, gateway) in nodes.iter().zip(running) {
        // No node reports tampering.
        let ready = plain_get(&format!("{}/readyz", gateway.ops())).await;
        assert!(ready.contains("\"ready\"") && !ready.contains("audit-checkpoints"), "{ready}");
        let verified = tokio::task::block_in_place(|| node.home.json(&["audit", "verify"]));
        assert_eq!(verified["whole"], true, "{verified}");
        let verified = tokio::task::block_in_place(|| node.home.json(&["verify"]));
        assert_eq!(verified["sound"], true, "{verified}");
    }
}

/// Tries every code at the offices in turn until one gets the photo or the answer that it was settled.
async fn account_for_all(setup: &SharedRun, offices: Vec<LoadClient>) {
    let codes = Arc::new(setup.codes());
    let mut searches = tokio::task::JoinSet::new();
    let count = offices.len();
    let offices = Arc::new(offices.into_iter().map(tokio::sync::Mutex::new).collect::<Vec<_>>());
    for first in 0..count {
        let (codes, offices) = (Arc::clone(&codes), Arc::clone(&offices));
        searches.spawn(async move {
            for code in codes.iter().skip(first).step_by(count) {
                for place in 0..count {
                    if offices[(first + place) % count].lock().await.verify_final_state(code).await {
                        break;
                    }
                }
            }
        });
    }
    searches.join_all().await;
}

fn print_summary(counts: &FaultCounts, operations: &[RecordedOperation], rows: usize, codes: usize) {
    let mut answers = BTreeMap::<String, u32>::new();
    for operation in operations {
        let wish = format!("{:?}", operation.request).split([' ', '{']).next().unwrap().to_owned();
        let told = format!("{:?}", operation.outcome).replace("Refused { status: ", "").replace("problem: ", "");
        let told = if told.starts_with(char::is_numeric) { &told } else { told.split(' ').next().unwrap() };
        *answers.entry(format!("{wish} {}", told.trim_end_matches(" }"))).or_default() += 1;
    }
    println!("{codes} photos, {} operations, {rows} rows in the log; {counts:?}", operations.len());
    for (answer, times) in answers {
        println!("{times:>8} {answer}");
    }
}

/// Asserts that rows and log agree on all states, and that exactly the photos that are not erased have envelopes.
async fn assert_that_rows_agree(database: &RawDatabase, log: &[crate::support::raw_database::AuditLogRow]) {
    let (course, _) = replay(log);
    let by_log: Vec<_> = course.photos.iter().map(|(photo, place)| format!("{photo} {}", place.state())).collect();
    let rows = database.texts("SELECT photo_id || ' ' || state FROM photos ORDER BY photo_id").await;
    assert_eq!(rows, by_log, "photos are in other states than the log tells");
    for (what, sql) in [
        (
            "a picture without its row, or of a photo that is gone",
            "SELECT count(*) FROM frames f LEFT JOIN photos p ON p.photo_id = f.photo_id WHERE p.lookup_id IS NULL",
        ),
        (
            "a photo without its picture",
            "SELECT count(*) FROM photos p LEFT JOIN frames f ON f.photo_id = p.photo_id
             WHERE p.lookup_id IS NOT NULL AND f.photo_id IS NULL",
        ),
    ] {
        assert_eq!(database.number(sql).await, 0, "there is {what}");
    }
}
