//! Fault injection: nodes are killed and paused, clocks are shifted, the database goes back in time and forward again,
//! the server loses power, connections break.

use std::collections::BTreeMap;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use super::load_clients::SharedRun;
use crate::failures::database_rollback::known_rows;
use crate::support::gateway_process::{GENEROUS_TIMEOUT, GatewayFolder, GatewayProcess};
use crate::support::https_client::plain_get;
use crate::support::photos::jpeg::SeededRng;
use crate::support::postgres::PostgresServer;
use crate::support::proxies::breaking::{BreakingProxy, CloseKind, Direction};
use crate::support::raw_database::RawDatabase;

/// Range of clock shifts in minutes. Leases last fifteen minutes, so a node that is ahead may give away photos that
/// others hold. Certificates are valid from ten minutes before their issue, so a node that is further behind would
/// accept no client.
const CLOCKS: (i64, i64) = (-9, 25);

/// Minutes by which a clock leaps, once more each time: after that everything has expired.
const LEAP: i64 = 30 * 24 * 60;

/// Number of times that each fault happened.
pub type FaultCounts = BTreeMap<&'static str, u32>;

/// A gateway's folder with the file for its clock shift.
pub struct FaultNode {
    pub home: GatewayFolder,
}

impl FaultNode {
    pub fn start(&self) -> GatewayProcess {
        let begun = Instant::now();
        loop {
            let mut command = self.home.command();
            command.env("LICHTBILD_CLOCK_SHIFT", self.home.beside("clock"));
            match self.home.try_start_as(command) {
                Ok(gateway) => return gateway,
                // The database may be down; a service manager would restart the gateway too.
                Err(log) => assert!(begun.elapsed() < GENEROUS_TIMEOUT, "not started: {log}"),
            }
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// Reports whether the head file of this node knows more rows than these.
    fn knows_more_than(&self, rows: i64) -> bool {
        known_rows(&self.home.file("log-head.json")) > rows
    }

    pub fn set_clock(&self, minutes: i64) {
        let new = self.home.beside("new-clock");
        fs::write(&new, (minutes * 60_000).to_string()).unwrap();
        fs::rename(new, self.home.beside("clock")).unwrap();
    }
}

/// The files of a SQLite database as a killed gateway left them.
const DATABASE_FILES: [&str; 3] = ["lichtbild.sqlite", "lichtbild.sqlite-wal", "lichtbild.sqlite-shm"];

impl FaultNode {
    /// Copies the database into a folder beside the gateway.
    fn keep_database(&self, name: &str) {
        let kept = self.home.beside(name);
        let _ = fs::remove_dir_all(&kept);
        fs::create_dir(&kept).unwrap();
        for file in DATABASE_FILES.into_iter().filter(|file| self.home.file(file).exists()) {
            fs::copy(self.home.file(file), kept.join(file)).unwrap();
        }
    }

    /// Rows of the log in the copied database.
    fn rows_kept(&self, name: &str) -> i64 {
        let rows =
            async { RawDatabase::open(&self.home.beside(name).join(DATABASE_FILES[0])).await.count("audit").await };
        block_on(rows)
    }

    fn put_database_back(&self, name: &str) {
        for file in DATABASE_FILES {
            let _ = fs::remove_file(self.home.file(file));
            let kept = self.home.beside(name).join(file);
            if kept.exists() {
                fs::copy(kept, self.home.file(file)).unwrap();
            }
        }
    }
}

/// Waits until a gateway reports that its database went back in time.
fn wait_for_alarm(gateway: &GatewayProcess) {
    let begun = Instant::now();
    while !readiness(gateway).contains("database-rollback") {
        assert!(begun.elapsed() < GENEROUS_TIMEOUT, "an older database was not noticed: {}", readiness(gateway));
        thread::sleep(Duration::from_millis(50));
    }
}

fn readiness(gateway: &GatewayProcess) -> String {
    block_on(plain_get(&format!("{}/readyz", gateway.ops())))
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

/// Random durations of faults and pauses.
struct FaultTimer {
    noise: SeededRng,
    until: Instant,
}

impl FaultTimer {
    fn sleep_random(&mut self, shortest: u64, longest: u64) {
        let span = shortest + self.noise.next() % (longest - shortest);
        thread::sleep(Duration::from_millis(span).min(self.until.saturating_duration_since(Instant::now())));
    }

    fn is_over(&self) -> bool {
        Instant::now() >= self.until
    }

    /// Random order, so that each fault happens regularly.
    fn shuffled<T: Copy, const N: usize>(&mut self, mut faults: [T; N]) -> [T; N] {
        for place in (1..N).rev() {
            faults.swap(place, self.noise.below(place + 1));
        }
        faults
    }
}

/// Kills nodes and, with `pauses`, pauses them; one at a time. All run at the end.
pub fn inject_node_faults(
    nodes: &[FaultNode],
    running: &mut [GatewayProcess],
    pauses: bool,
    seed: u64,
    until: Instant,
) -> FaultCounts {
    let (mut limiter, mut counts) = (FaultTimer { noise: SeededRng::seeded(seed), until }, FaultCounts::new());
    let mut yesterday = None;
    while !limiter.is_over() {
        for kills in limiter.shuffled([true, true, !pauses]) {
            limiter.sleep_random(300, 2_000);
            if limiter.is_over() {
                break;
            }
            let place = limiter.noise.below(nodes.len());
            if kills {
                *counts.entry("killed").or_default() += 1;
                running[place].signal("-KILL");
                running[place].wait();
                limiter.sleep_random(50, 1_500);
                // Only a file belongs to one node.
                if !pauses {
                    let node = &nodes[place];
                    if yesterday.is_some_and(|rows| rows < known_rows(&node.home.file("log-head.json"))) {
                        *counts.entry("file went back in time").or_default() += 1;
                        node.keep_database("today");
                        node.put_database_back("yesterday");
                        running[place] = node.start();
                        wait_for_alarm(&running[place]);
                        limiter.sleep_random(100, 1_000);
                        running[place].signal("-KILL");
                        running[place].wait();
                        node.put_database_back("today");
                    }
                    node.keep_database("yesterday");
                    yesterday = Some(node.rows_kept("yesterday"));
                }
                running[place] = nodes[place].start();
            } else {
                *counts.entry("paused").or_default() += 1;
                running[place].signal("-STOP");
                // Sometimes longer than the server allows an idle transaction.
                limiter.sleep_random(500, 7_000);
                running[place].signal("-CONT");
            }
        }
    }
    counts
}

#[derive(Clone, Copy)]
enum EnvironmentFault {
    Power,
    Rollback,
    Clock,
    Leap,
    Connection,
}

/// Injects faults around the nodes: power failures of the server, clock shifts and broken connections. No fault is
/// active at the end.
pub fn inject_environment_faults(
    setup: &SharedRun,
    nodes: &[FaultNode],
    lines: &[BreakingProxy],
    server: Option<&PostgresServer>,
    yesterday: i64,
    seed: u64,
    until: Instant,
) -> FaultCounts {
    let (mut limiter, mut counts) = (FaultTimer { noise: SeededRng::seeded(seed), until }, FaultCounts::new());
    let mut leaps = 0;
    while !limiter.is_over() {
        let faults = [
            EnvironmentFault::Power,
            EnvironmentFault::Rollback,
            EnvironmentFault::Clock,
            EnvironmentFault::Clock,
            EnvironmentFault::Leap,
            EnvironmentFault::Connection,
            EnvironmentFault::Connection,
            EnvironmentFault::Connection,
        ];
        for fault in limiter.shuffled(faults) {
            limiter.sleep_random(200, 1_500);
            if limiter.is_over() {
                break;
            }
            match (fault, server) {
                (EnvironmentFault::Power, Some(server)) => {
                    *counts.entry("server's power lost").or_default() += 1;
                    server.stop_immediately();
                    limiter.sleep_random(1, 1_500);
                    server.start_server();
                }
                // A node that knows no later row could not notice the older database.
                (EnvironmentFault::Rollback, Some(_)) if !nodes.iter().all(|node| node.knows_more_than(yesterday)) => {}
                (EnvironmentFault::Rollback, Some(server)) => {
                    *counts.entry("server went back in time").or_default() += 1;
                    server.stop_immediately();
                    server.restore_copy("yesterday");
                    server.start_server();
                    limiter.sleep_random(1_000, 3_000);
                    server.stop_immediately();
                    server.undo_restore();
                    server.start_server();
                }
                (EnvironmentFault::Power | EnvironmentFault::Rollback, None) => {}
                (EnvironmentFault::Leap, _) => {
                    *counts.entry("clock leapt").or_default() += 1;
                    let place = limiter.noise.below(nodes.len());
                    leaps += 1;
                    let from = setup.history.now();
                    nodes[place].set_clock(leaps * LEAP);
                    limiter.sleep_random(500, 1_500);
                    nodes[place].set_clock(0);
                    setup.clock_leaps.lock().unwrap().push((from, setup.history.now()));
                }
                (EnvironmentFault::Clock, _) => {
                    *counts.entry("clock jumped").or_default() += 1;
                    let place = limiter.noise.below(nodes.len());
                    let minutes = i64::try_from(limiter.noise.next() % (CLOCKS.1 - CLOCKS.0) as u64).unwrap();
                    nodes[place].set_clock(CLOCKS.0 + minutes);
                }
                (EnvironmentFault::Connection, _) => {
                    *counts.entry("line made to break").or_default() += 1;
                    let place = limiter.noise.below(lines.len());
                    // In the handshake, in a request, between two requests, or in an answer.
                    let bytes = [1, 700, 3_000, 5_500, 9_000, 30_000][limiter.noise.below(6)];
                    let way = [Direction::ToGateway, Direction::FromGateway][limiter.noise.below(2)];
                    let ending = [CloseKind::Fin, CloseKind::Reset][limiter.noise.below(2)];
                    lines[place].break_after(bytes, way, ending);
                    lines[limiter.noise.below(lines.len())].stop_breaking();
                }
            }
        }
    }
    lines.iter().for_each(BreakingProxy::stop_breaking);
    nodes.iter().for_each(|node| node.set_clock(0));
    counts
}
