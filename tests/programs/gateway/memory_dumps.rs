//! Copies of the gateway's memory that the system could make: core dumps, and reads by other processes.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::Command;

use lichtbild::server::memory_dumps;
use rustix::process::{DumpableBehavior, Resource, dumpable_behavior, getrlimit, getuid};

use crate::support::gateway_process::GatewayFolder;

const CHILD: &str = "LICHTBILD_TEST_FORBIDS_DUMPS";

/// Forbids dumps in a further process of this test's program, and tells what the kernel says of it then.
#[test]
fn a_process_that_forbids_dumps_is_not_dumpable_and_has_a_core_limit_of_zero() {
    if std::env::var_os(CHILD).is_some() {
        memory_dumps::forbid().unwrap();
        let core = getrlimit(Resource::Core);
        let dumpable = dumpable_behavior().unwrap() == DumpableBehavior::Dumpable;
        println!("core {:?} of {:?}, dumpable: {dumpable}", core.current, core.maximum);
        return;
    }
    let told_by_child = |as_release: bool| {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args([
            "--exact",
            "programs::gateway::memory_dumps::a_process_that_forbids_dumps_is_not_dumpable_and_has_a_core_limit_of_zero",
        ]);
        child.arg("--nocapture").env(CHILD, "1");
        if as_release {
            child.env("LICHTBILD_FORBID_DUMPS", "1");
        }
        String::from_utf8(child.output().unwrap().stdout).unwrap()
    };
    let told = told_by_child(true);
    assert!(told.contains("core Some(0) of Some(0), dumpable: false"), "{told}");
    // For tests that read the memory; a release knows no such exception.
    let told = told_by_child(false);
    let expected = format!("dumpable: {}", cfg!(feature = "failpoints"));
    assert!(told.contains("core Some(0) of Some(0)") && told.contains(&expected), "{told}");
}

#[test]
fn the_gateway_forbids_dumps_before_it_serves() {
    let home = GatewayFolder::new();
    let mut command = home.command();
    command.env("LICHTBILD_FORBID_DUMPS", "1");
    let gateway = home.start_as(command);
    let process = format!("/proc/{}", gateway.process_id());
    let limits = fs::read_to_string(format!("{process}/limits")).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{core}");
    // What belongs to a process that is not dumpable belongs to root, who runs some tests and may read everything.
    assert_eq!(fs::metadata(format!("{process}/mem")).unwrap().uid(), 0);
    if !getuid().is_root() {
        let read = fs::File::open(format!("{process}/mem"));
        assert!(read.is_err(), "another process of this user could read the memory");
    }
}
