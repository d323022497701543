//! Names that others rely on: routes, audit events, commands with their options, configuration keys. A change that breaks somebody's
//! program shows here, in one line, whatever else it touches.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::process::Command;

use lichtbild::domain::log::AuditEvent;
use lichtbild::server::routes::routes;
use strum::VariantArray;

#[test]
fn routes_are_a_contract() {
    let mut lines: Vec<_> =
        routes().iter().map(|route| format!("{:9} {:6} {}", route.listener.name(), route.method, route.path)).collect();
    lines.sort();
    insta::assert_snapshot!("routes", lines.join("\n"));
}

#[test]
fn command_lines_are_a_contract() {
    let mut told = String::new();
    for program in [env!("CARGO_BIN_EXE_lichtbild-gateway"), env!("CARGO_BIN_EXE_lichtbild-studio")] {
        let mut waiting = vec![vec![]];
        while let Some(path) = waiting.pop() {
            let help = Command::new(program).args(&path).arg("--help").output().unwrap();
            let help = String::from_utf8(help.stdout).unwrap();
            let name = program.rsplit('/').next().unwrap();
            writeln!(told, "{}", [&[name.to_owned()], path.as_slice()].concat().join(" ")).unwrap();
            for entry in entries(&help, "Commands:") {
                let command = entry.split_whitespace().next().unwrap().to_owned();
                if command != "help" {
                    let aliases = entry.split_once("[aliases: ").map_or("", |(_, aliases)| aliases);
                    if !aliases.is_empty() {
                        writeln!(told, "    {command} is also {}", aliases.trim_end_matches(']')).unwrap();
                    }
                    waiting.push([path.as_slice(), &[command]].concat());
                }
            }
            for heading in ["Arguments:", "Options:"] {
                for entry in entries(&help, heading) {
                    writeln!(told, "    {}", entry.split("  ").next().unwrap()).unwrap();
                }
            }
        }
    }
    insta::assert_snapshot!("command_lines", told);
}

/// First lines of the entries below a heading of a help page.
fn entries(help: &str, heading: &str) -> Vec<String> {
    let below = help.lines().skip_while(|line| *line != heading).skip(1);
    let of_heading: Vec<_> = below.take_while(|line| line.is_empty() || line.starts_with(' ')).collect();
    let is_entry = |line: &&&str| line.starts_with("  ") && !line.starts_with("          ") && line.trim_start() != "";
    of_heading.iter().filter(is_entry).map(|line| line.trim().to_owned()).collect()
}

#[test]
fn names_in_the_audit_log_are_a_contract() {
    // Each is a `rename` of the event's variant; nothing else lists them all.
    let names: BTreeSet<_> = AuditEvent::VARIANTS.iter().map(|event| event.name()).collect();
    assert!(names.len() > 30, "{names:?}");
    insta::assert_snapshot!("audit_events", names.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn configuration_keys_are_a_contract() {
    let mut section = String::new();
    let mut keys = Vec::new();
    for line in lichtbild::config::EXAMPLE.lines() {
        let line = line.trim_start_matches(['#', ' ']);
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            name.clone_into(&mut section);
        } else if let Some((key, _)) = line.split_once(" = ")
            && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        {
            keys.push(format!("{section}.{key}"));
        }
    }
    insta::assert_snapshot!("configuration_keys", keys.join("\n"));
}
