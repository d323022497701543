//! Report of the injected faults: a line for each, and their counts at the end.

use std::sync::Mutex;

use strum::VariantArray;

use super::plan::FaultKind;
use crate::cli::gateway::language::phrase;
use crate::cli::gateway::message::{eprint, eprint_lines};

/// Counts of connections, requests and faults.
#[derive(Debug, Default)]
pub(super) struct FaultReport(Mutex<SandboxCounts>);

#[derive(Debug, Default, Clone)]
struct SandboxCounts {
    connections: u64,
    requests: u64,
    faults: Vec<FaultKind>,
}

/// A request that meets a fault.
#[derive(Debug, Clone)]
pub(super) struct FaultyRequest {
    pub(super) number: u64,
    pub(super) method: String,
    /// As declared, without identifiers.
    pub(super) route: String,
    pub(super) request_id: String,
}

impl FaultReport {
    /// Number of the next connection, from 1.
    pub(super) fn count_connection(&self) -> u64 {
        self.change(|counts| {
            counts.connections += 1;
            counts.connections
        })
    }

    /// Number of the next request, from 1.
    pub(super) fn count_request(&self) -> u64 {
        self.change(|counts| {
            counts.requests += 1;
            counts.requests
        })
    }

    pub(super) fn connection_refused(&self, number: u64, listener: &'static str) {
        let fault = FaultKind::ConnectionRefused;
        self.change(|counts| counts.faults.push(fault));
        eprint(phrase!("gateway-rough-connection", number = number, fault = fault.name(), listener = listener));
    }

    pub(super) fn request_met(&self, fault: FaultKind, request: &FaultyRequest) {
        self.change(|counts| counts.faults.push(fault));
        let FaultyRequest { number, method, route, request_id } = request;
        eprint(phrase!(
            "gateway-rough-request",
            number = number,
            fault = fault.name(),
            method = method,
            route = route,
            id = request_id
        ));
    }

    /// Writes the counts: connections, requests, and each kind of fault.
    pub(super) fn write_counts(&self) {
        let SandboxCounts { connections, requests, faults } = self.change(|counts| counts.clone());
        let of_kind = |kind| faults.iter().filter(|fault| **fault == kind).count();
        let counts: Vec<_> =
            FaultKind::VARIANTS.iter().map(|kind| format!("{} {}", kind.name(), of_kind(*kind))).collect();
        eprint_lines(phrase!(
            "gateway-rough-counts",
            connections = connections,
            requests = requests,
            faults = faults.len(),
            counts = counts.join(", ")
        ));
    }

    fn change<T>(&self, change: impl FnOnce(&mut SandboxCounts) -> T) -> T {
        // Counts stay right after a panic elsewhere.
        change(&mut self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}
