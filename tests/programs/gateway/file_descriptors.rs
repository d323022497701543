//! The limit of file descriptors, under a shell that sets it low.

use std::fs;
use std::process::Command;

use crate::support::gateway_process::{GatewayFolder, GatewayProcess};

/// A gateway whose limits, soft and hard, are these.
fn limited(home: &GatewayFolder, soft: u64, hard: u64) -> GatewayProcess {
    let mut shell = Command::new("sh");
    home.set_environment(&mut shell);
    let limited = format!("ulimit -Sn {soft} && ulimit -Hn {hard} && exec \"$0\" \"$@\"");
    shell.args(["-c", &limited, env!("CARGO_BIN_EXE_lichtbild-gateway")]);
    home.start_as(shell)
}

fn soft_limit(gateway: &GatewayProcess) -> u64 {
    let limits = fs::read_to_string(format!("/proc/{}/limits", gateway.process_id())).unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    line.split_whitespace().nth(3).unwrap().parse().unwrap()
}

#[test]
fn a_low_soft_limit_is_raised_to_the_hard_one() {
    let home = GatewayFolder::new();
    let gateway = limited(&home, 256, 6000);
    assert_eq!(soft_limit(&gateway), 6000);
    assert!(!gateway.log().contains("LimitNOFILE"), "{}", gateway.log());
}

#[test]
fn a_soft_limit_that_suffices_stays() {
    let home = GatewayFolder::new();
    home.set("connections", "32");
    home.set("handshakes", "8");
    assert_eq!(soft_limit(&limited(&home, 256, 6000)), 256);
}

#[test]
fn a_hard_limit_that_does_not_suffice_is_told_with_the_remedy() {
    let home = GatewayFolder::new();
    let gateway = limited(&home, 256, 512);
    assert_eq!(soft_limit(&gateway), 512);
    let log = gateway.log();
    assert!(log.contains("WARN") && log.contains("LimitNOFILE=5696"), "{log}");
}
