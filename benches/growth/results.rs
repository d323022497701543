//! Computes ratios from the measured rounds.

use std::time::Duration;

use super::workload::{Measurement, WORKLOADS, Workload};

/// Measurements of one store.
pub struct Results {
    store: &'static str,
    sizes: Vec<u64>,
    rounds: Vec<(usize, Workload, Measurement)>,
}

impl Results {
    pub fn new(store: &'static str, sizes: &[u64]) -> Self {
        Self { store, sizes: sizes.to_vec(), rounds: Vec::new() }
    }

    pub fn add(&mut self, size: usize, kind: Workload, measured: Measurement) {
        self.rounds.push((size, kind, measured));
    }

    fn of(&self, size: usize, kind: Workload) -> Vec<&Measurement> {
        let these = self.rounds.iter().filter(|(at, what, _)| (*at, *what) == (size, kind));
        these.map(|(_, _, measured)| measured).collect()
    }

    pub fn print(&self) {
        println!("\n{}: an operation among four clients; then the same beside the first size", self.store);
        for kind in WORKLOADS {
            for (size, photos) in self.sizes.iter().enumerate() {
                let rounds = self.of(size, kind);
                let each: Vec<Duration> = rounds.iter().flat_map(|round| round.each.iter().copied()).collect();
                let whole: f64 = rounds.iter().map(|round| round.total.as_secs_f64()).sum();
                print!(
                    "{:<13} {photos:>9} photos: {:>7.1}/s, p50 {:>7.2} ms, p99 {:>7.2} ms, processor {:>6.2} ms",
                    format!("{kind:?}"),
                    each.len() as f64 / whole,
                    quantile(&each, 0.5) * 1e3,
                    quantile(&each, 0.99) * 1e3,
                    median(rounds.iter().map(|round| per_operation(round)).collect()) * 1e3,
                );
                if size > 0 {
                    // Compares each round with the same round of the first size.
                    let first = self.of(0, kind);
                    let ratio = |of: &dyn Fn(&Measurement) -> f64| {
                        median(rounds.iter().zip(&first).map(|(here, there)| of(here) / of(there)).collect())
                    };
                    print!("; rate x {:.2}", 1.0 / ratio(&|round| round.total.as_secs_f64()));
                    print!(", p50 x {:.2}", ratio(&|round| quantile(&round.each, 0.5)));
                    print!(", p99 x {:.2}", ratio(&|round| quantile(&round.each, 0.99)));
                    print!(", processor x {:.2}", ratio(&per_operation));
                }
                println!();
            }
        }
    }
}

fn per_operation(round: &Measurement) -> f64 {
    round.processor.as_secs_f64() / round.each.len() as f64
}

/// Quantile of the times, in seconds.
fn quantile(times: &[Duration], share: f64) -> f64 {
    let mut times = times.to_vec();
    times.sort();
    times[((times.len() - 1) as f64 * share).round() as usize].as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
