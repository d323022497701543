//! Failover to a synchronous standby and back, under load: nothing acknowledged is lost, and no node is restarted.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::fault_injector::FaultCounts;
use super::history::{ClientRequest, History, ObservedOutcome, RecordedOperation};
use super::{ClientWork, FaultNode, Parties, assert_nodes_sound, env_number, set_up};
use crate::support::gateway_process::{GatewayFolder, GatewayProcess};
use crate::support::https_client::plain_get;
use crate::support::postgres::PostgresServer;
use crate::support::raw_database::RawDatabase;
use crate::support::server_pair::ServerPair;

/// Longest time from the end of the primary until a deposit is acknowledged. Generous, because the machine may be busy.
const LIMIT: Duration = Duration::from_secs(20);
/// Part of the run before, between and after the failovers.
const PHASES: u32 = 4;

/// One failover, on the time of the history.
struct Failover {
    ended_at: Duration,
    promoted_at: Duration,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes a machine for itself: see tests/failures/faults/run"]
async fn a_failover_to_a_synchronous_standby_and_back_loses_nothing() {
    let pair = Arc::new(ServerPair::start().await);
    let first = GatewayFolder::over_server(&pair.url());
    let parties = Parties::of(&first);
    pair.make_synchronous(0).await;
    let nodes = [first.copy_as_node(), first].map(set_up);
    let seed = env_number("LICHTBILD_FAULT_SEED", u64::from(std::process::id()));
    let phase = Duration::from_secs(env_number("LICHTBILD_FAULT_SECONDS", 30)) / PHASES;
    println!("LICHTBILD_FAULT_SEED={seed} LICHTBILD_FAULT_SECONDS={}", (phase * PHASES).as_secs());
    let running: Vec<_> = nodes.iter().map(FaultNode::start).collect();
    let urls = |listener: fn(&GatewayProcess) -> &str| running.iter().map(|node| listener(node).to_owned()).collect();
    let (studio_urls, office_urls): (Vec<_>, Vec<_>) = (urls(GatewayProcess::studio), urls(GatewayProcess::office));
    let work = ClientWork::begin(&parties, &studio_urls, &office_urls, seed);

    let setup = Arc::clone(&work.setup);
    tokio::time::sleep(phase).await;
    let killed = fail_over_from(&pair, 0, PostgresServer::stop_immediately, &setup.history).await;
    tokio::time::sleep(phase).await;
    let rebuilt = Arc::clone(&pair);
    tokio::task::spawn_blocking(move || rebuilt.rebuild(0)).await.unwrap();
    pair.make_synchronous(1).await;
    tokio::time::sleep(phase).await;
    let halted = fail_over_from(&pair, 1, |server| server.signal_all("-STOP"), &setup.history).await;
    tokio::time::sleep(phase).await;
    // The old primary wakes up beside the new one.
    pair.servers[1].signal_all("-CONT");
    tokio::time::sleep(phase / 4).await;

    let counts = FaultCounts::from([("failover", 2)]);
    setup.closing.store(true, Ordering::SeqCst);
    let database = RawDatabase::connect(&pair.url_of(0)).await;
    work.finish(&database, &counts, seed).await;
    let operations = setup.operations();
    for (name, failover) in [("from a killed primary", killed), ("back from a halted one", halted)] {
        report(name, &failover, &operations);
    }
    // A gateway that has too much to do says so.
    let allowed = ["storage-unavailable", "gateway-busy"];
    let is_other_error = |operation: &&RecordedOperation| match &operation.outcome {
        ObservedOutcome::Refused { status, problem } => *status >= 500 && !allowed.contains(&problem.as_str()),
        _ => false,
    };
    let other_error = operations.iter().find(is_other_error);
    assert!(other_error.is_none(), "{other_error:?}");
    assert_nodes_sound(&nodes, &running).await;
    for gateway in &running {
        let log = gateway.log();
        assert_eq!(log.matches("database primary changed from ").count(), 2, "{log}");
        assert!(!log.contains("database rollback"), "{log}");
        assert!(plain_get(&format!("{}/readyz", gateway.ops())).await.contains("\"ready\""));
    }
}

/// Ends the primary and promotes the other server.
async fn fail_over_from(
    pair: &Arc<ServerPair>,
    primary: usize,
    end: fn(&PostgresServer),
    history: &History,
) -> Failover {
    let servers = Arc::clone(pair);
    let ended_at = history.now();
    let promoting = tokio::task::spawn_blocking(move || {
        end(&servers.servers[primary]);
        servers.servers[1 - primary].promote();
    });
    promoting.await.unwrap();
    Failover { ended_at, promoted_at: history.now() }
}

/// Prints when the first deposit and the first settlement that began after the end of the primary were acknowledged, and what was refused until then.
fn report(name: &str, failover: &Failover, operations: &[RecordedOperation]) {
    let is_after = |operation: &&RecordedOperation| operation.begun >= failover.ended_at;
    let deposited = |operation: &&RecordedOperation| {
        matches!(operation.outcome, ObservedOutcome::Deposited { is_repeat: false, .. })
    };
    let settled = |operation: &&RecordedOperation| {
        matches!((&operation.request, &operation.outcome), (ClientRequest::Settle { .. }, ObservedOutcome::Settled))
    };
    let ended = |operation: &RecordedOperation| operation.ended - failover.ended_at;
    let deposit = operations.iter().filter(is_after).filter(deposited).map(ended).min().unwrap();
    let settlement = operations.iter().filter(is_after).filter(settled).map(ended).min().unwrap();
    let recovered_at = failover.ended_at + deposit;
    let meanwhile =
        operations.iter().filter(|operation| operation.ended >= failover.ended_at && operation.begun <= recovered_at);
    let (mut unavailable, mut unanswered) = (0, 0);
    for operation in meanwhile {
        unavailable += u32::from(operation.outcome.is_problem("storage-unavailable"));
        unanswered += u32::from(operation.outcome == ObservedOutcome::Unknown);
    }
    println!(
        "failover {name}: promoted {:?} after its end, first deposit after {deposit:?}, first settlement after {settlement:?}; \
         until then {unavailable} refused (503), {unanswered} without an answer",
        failover.promoted_at - failover.ended_at
    );
    assert!(deposit < LIMIT, "{deposit:?}");
}
