//! What goes wrong: nodes are killed, stopped and woken, their clocks jump, the server loses its power, lines break.

use std::collections::BTreeMap;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use crate::line::breaking_line::{BreakingLine, Ending, Way};
use crate::support::cluster::Cluster;
use crate::support::jpeg::Noise;
use crate::support::process::{GENEROUS, GatewayProcess, Home};

/// Clocks jump within these, in minutes. A lease is over after fifteen, so a node that is ahead gives away what others hold to be
/// leased. Certificates are made valid from ten minutes before they are issued: a clock that is further back lets nobody in.
const CLOCKS: (i64, i64) = (-9, 25);

/// How often each fault happened.
pub type Counts = BTreeMap<&'static str, u32>;

/// A gateway's folder, and the file that its clock goes wrong by.
pub struct Node {
    pub home: Home,
}

impl Node {
    pub fn start(&self) -> GatewayProcess {
        let begun = Instant::now();
        loop {
            let mut command = self.home.command();
            command.env("LICHTBILD_CLOCK_SHIFT", self.home.beside("clock"));
            match self.home.try_start_as(command) {
                Ok(gateway) => return gateway,
                // The server may be away just now. What looks after services starts them again.
                Err(log) => assert!(begun.elapsed() < GENEROUS, "not started: {log}"),
            }
            thread::sleep(Duration::from_millis(100));
        }
    }

    pub fn set_clock(&self, minutes: i64) {
        let new = self.home.beside("new-clock");
        fs::write(&new, (minutes * 60_000).to_string()).unwrap();
        fs::rename(new, self.home.beside("clock")).unwrap();
    }
}

/// For how long something happens, and then for how long not.
struct Pace {
    noise: Noise,
    until: Instant,
}

impl Pace {
    fn rest(&mut self, shortest: u64, longest: u64) {
        let span = shortest + self.noise.next() % (longest - shortest);
        thread::sleep(Duration::from_millis(span).min(self.until.saturating_duration_since(Instant::now())));
    }

    fn is_over(&self) -> bool {
        Instant::now() >= self.until
    }

    /// All of these in some order, so that none is left out for long.
    fn shuffled<T: Copy, const N: usize>(&mut self, mut faults: [T; N]) -> [T; N] {
        for place in (1..N).rev() {
            faults.swap(place, self.noise.below(place + 1));
        }
        faults
    }
}

/// Kills nodes and, where `pauses`, has them stand still; one at a time. All run when it ends.
pub fn against_nodes(
    nodes: &[Node],
    running: &mut [GatewayProcess],
    pauses: bool,
    seed: u64,
    until: Instant,
) -> Counts {
    let (mut pace, mut counts) = (Pace { noise: Noise::seeded(seed), until }, Counts::new());
    while !pace.is_over() {
        for kills in pace.shuffled([true, true, !pauses]) {
            pace.rest(300, 2_000);
            if pace.is_over() {
                break;
            }
            let place = pace.noise.below(nodes.len());
            if kills {
                *counts.entry("killed").or_default() += 1;
                running[place].signal("-KILL");
                running[place].wait();
                pace.rest(50, 1_500);
                running[place] = nodes[place].start();
            } else {
                *counts.entry("paused").or_default() += 1;
                running[place].signal("-STOP");
                // At times longer than the server lets a transaction stand still.
                pace.rest(500, 7_000);
                running[place].signal("-CONT");
            }
        }
    }
    counts
}

#[derive(Clone, Copy)]
enum Fault {
    Power,
    Clock,
    Line,
}

/// What happens around the nodes: the server loses its power, where there is one, clocks jump, lines break. All is well when it ends.
pub fn around_nodes(
    nodes: &[Node],
    lines: &[BreakingLine],
    server: Option<&Cluster>,
    seed: u64,
    until: Instant,
) -> Counts {
    let (mut pace, mut counts) = (Pace { noise: Noise::seeded(seed), until }, Counts::new());
    while !pace.is_over() {
        for fault in pace.shuffled([Fault::Power, Fault::Clock, Fault::Clock, Fault::Line, Fault::Line, Fault::Line]) {
            pace.rest(200, 1_500);
            if pace.is_over() {
                break;
            }
            match (fault, server) {
                (Fault::Power, Some(server)) => {
                    *counts.entry("server's power lost").or_default() += 1;
                    server.take_down();
                    pace.rest(1, 1_500);
                    server.bring_up();
                }
                (Fault::Power, None) => {}
                (Fault::Clock, _) => {
                    *counts.entry("clock jumped").or_default() += 1;
                    let place = pace.noise.below(nodes.len());
                    let minutes = i64::try_from(pace.noise.next() % (CLOCKS.1 - CLOCKS.0) as u64).unwrap();
                    nodes[place].set_clock(CLOCKS.0 + minutes);
                }
                (Fault::Line, _) => {
                    *counts.entry("line made to break").or_default() += 1;
                    let place = pace.noise.below(lines.len());
                    // In the handshake, in a request, between two, in an answer.
                    let bytes = [1, 700, 3_000, 5_500, 9_000, 30_000][pace.noise.below(6)];
                    let way = [Way::ToGateway, Way::FromGateway][pace.noise.below(2)];
                    let ending = [Ending::Goodbye, Ending::Reset][pace.noise.below(2)];
                    lines[place].breaks_after(bytes, way, ending);
                    lines[pace.noise.below(lines.len())].holds();
                }
            }
        }
    }
    lines.iter().for_each(BreakingLine::holds);
    nodes.iter().for_each(|node| node.set_clock(0));
    counts
}
