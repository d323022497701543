//! The proofs proved: each finds what it is for in a few lines of code, and nothing in the same lines without it.

use std::path::PathBuf;

use super::tree::Crate;
use super::upward;

fn tree(files: &[(&str, &str)]) -> Crate {
    Crate::of(files.iter().map(|(file, text)| (PathBuf::from(file), (*text).to_owned())))
}

/// The modules at the root that code in `file` leads to, itself left out.
fn leads_to(file: &str, code: &str) -> Vec<String> {
    let tree = tree(&[
        ("lib.rs", "extern crate self as whole;"),
        ("api/mod.rs", "pub use crate::flows::deposit;\npub mod problem;"),
        ("api/problem.rs", "pub struct Problem;"),
        ("cli.rs", "pub fn main() {}"),
        ("flows.rs", "pub fn deposit() {}"),
        (file, code),
    ]);
    let mut found = Vec::new();
    for (path, module) in tree.modules.iter().filter(|(_, module)| module.file.as_os_str() == file) {
        for (written, _) in &module.paths {
            found.extend(tree.resolve(path, written).into_iter().filter_map(|hit| hit.module.first().cloned()));
        }
        found.retain(|root| *root != path[0]);
    }
    found.sort();
    found.dedup();
    found
}

#[test]
fn every_way_to_name_a_module_is_followed() {
    for (code, seen) in [
        ("use crate::{api::problem::Problem, flows};", &["api", "flows"][..]),
        ("fn f() { crate::cli::main(); }", &["cli"]),
        ("fn f() -> crate::api::problem::Problem { todo!() }", &["api"]),
        ("use crate::api::*;", &["api"]),
        ("use crate::api as surface;\nfn f() { surface::deposit() }", &["api", "flows"]),
        ("use crate as root;\nfn f() { root::cli::main() }", &["cli"]),
        ("use super::super as up;\nfn f() { up::cli::main() }", &["cli"]),
        ("use super::super::cli;", &["cli"]),
        ("fn f() { use super::super::{cli::main as run}; run() }", &["cli"]),
        ("mod inner { mod deep { use super::super::super::super::cli; } }", &["cli"]),
        ("mod inner { use super::super::super::{cli, flows}; }", &["cli", "flows"]),
        ("fn f() { whole::cli::main() }", &["cli"]),
        ("fn f() { lichtbild::cli::main() }", &["cli"]),
        ("fn f() { ::lichtbild::cli::main() }", &["cli"]),
        ("fn f() { <crate::api::problem::Problem>::new() }", &["api"]),
        ("fn f(p: &dyn Fn(crate::api::problem::Problem)) {}", &["api"]),
        ("pub use crate::cli::main;", &["cli"]),
        // Behind a module for tests, and in it.
        ("#[cfg(test)]\nmod tests { fn t() {} }\nfn f() { crate::cli::main() }", &["cli"]),
        ("#[cfg(test)]\nmod tests { use crate::cli; }", &["cli"]),
        // In macros.
        ("fn f() { html! { p class=(a) { (crate::cli::main()) } } }", &["cli"]),
        ("fn f() { format!(\"{}\", super::super::cli::main()) }", &["cli"]),
        ("fn f() { select! { x = crate::cli::main() => {}, } }", &["cli"]),
        ("macro_rules! m { () => { use $crate::{api::problem, cli as c}; } }", &["api", "cli"]),
        ("m! { use crate::api::*; }", &["api"]),
        // In attributes.
        ("struct S { #[serde(with = \"crate::cli\")] a: u8 }", &["cli"]),
        ("#[derive(crate::cli::Derive)]\nstruct S;", &["cli"]),
    ] {
        assert_eq!(leads_to("domain/photo.rs", code), seen, "{code}");
    }
}

#[test]
fn what_only_looks_like_a_path_to_another_module_is_none() {
    for code in [
        "use super::cli;",
        "mod inner { use super::super::cli; }",
        "// use crate::cli;\n/// See [`crate::cli`].\nfn f() { let _ = \"crate::cli\"; }",
        "use cli::main;",
        "fn f(cli: u8) -> u8 { cli }",
        "pub(in crate::domain) fn f() {}",
        "use my_crate::cli;",
        "use std::cli::crate_api;",
    ] {
        assert_eq!(leads_to("domain/photo.rs", code), Vec::<String>::new(), "{code}");
    }
}

#[test]
fn the_depth_of_a_file_is_that_of_its_module() {
    for (file, code, seen) in [
        ("telemetry.rs", "use super::api;", &["api"][..]),
        ("desk/mod.rs", "use super::api;", &["api"]),
        ("desk/page.rs", "use super::api;", &[]),
        ("desk/page.rs", "use super::super::api;", &["api"]),
        ("desk/office/mod.rs", "use super::super::api;", &["api"]),
        ("desk/office/photo.rs", "use super::super::api;", &[]),
        ("desk/office/photo.rs", "fn f() { super::super::super::cli::main() }", &["cli"]),
        ("bin/gateway.rs", "fn main() { lichtbild::cli::main() }", &["cli"]),
        ("bin/gateway.rs", "fn main() { crate::cli::main() }", &[]),
    ] {
        assert_eq!(leads_to(file, code), seen, "{file}: {code}");
    }
}

#[test]
fn an_import_that_points_up_is_found_through_re_exports_and_files_for_tests() {
    let wrong = |files: &[(&str, &str)]| upward(&tree(files)).len();
    let cli = ("cli.rs", "pub fn main() {}");
    let of_root = ("lib.rs", "pub use cli::main;\npub mod cli;\npub mod domain;");
    assert_eq!(wrong(&[of_root, cli, ("domain.rs", "fn f() { crate::main() }")]), 1);
    assert_eq!(
        wrong(&[("lib.rs", ""), cli, ("flows.rs", "use crate::domain;"), ("domain.rs", "use crate::clock;")]),
        0
    );
    let file_for_tests = [cli, ("domain/mod.rs", "#[cfg(test)]\nmod tests;"), ("domain/tests.rs", "use crate::cli;")];
    assert_eq!(wrong(&file_for_tests), 1);
    // Siblings do not meet, and an exception holds one way.
    assert_eq!(wrong(&[("storage.rs", "use crate::sealing;"), ("sealing.rs", "")]), 1);
    assert_eq!(wrong(&[("wire.rs", "use crate::domain;"), ("domain.rs", "")]), 0);
    assert_eq!(wrong(&[("domain.rs", "use crate::wire;"), ("wire.rs", "")]), 1);
}

#[test]
fn code_that_lies_elsewhere_is_found() {
    for (code, found) in [
        ("#[path = \"../desk/photo.rs\"]\nmod photo;", 1),
        ("#[cfg_attr(unix, path = \"../desk/photo.rs\")]\nmod photo;", 1),
        ("#[cfg_attr(unix, allow(dead_code))]\nmod photo;", 0),
        ("include!(\"../desk/photo.rs\");", 1),
        ("fn f() { std::include!(\"../desk/photo.rs\") }", 1),
        ("const MODEL: &[u8] = include_bytes!(\"model.bin\");", 0),
    ] {
        assert_eq!(tree(&[("validation/own.rs", code)]).misplaced.len(), found, "{code}");
    }
}

fn cycles(files: &[(&str, &str)]) -> Vec<String> {
    let told = tree(files).cycles();
    told.into_iter().map(|cycle| format!("{}: {}", cycle.folder, cycle.files.join(" "))).collect()
}

#[test]
fn a_circle_of_files_is_found() {
    let there = ("a/one.rs", "use super::two::Two;\npub struct One;");
    let back = ("a/two.rs", "pub struct Two;\nfn f() { super::one::f() }");
    assert_eq!(cycles(&[there, back]), ["a: one two"]);
    assert_eq!(cycles(&[there, ("a/two.rs", "pub struct Two;")]), Vec::<String>::new());
    // Over three files, over a folder, and over the folder's own file.
    let over_three =
        [("a/two.rs", "use super::three::Three;"), ("a/three.rs", "use crate::a::one::One;\npub struct Three;")];
    assert_eq!(cycles(&[there, over_three[0], over_three[1]]), ["a: one three two"]);
    let over_a_folder = [("a/one.rs", "use super::sub::deep;"), ("a/sub/deep.rs", "use super::super::one;")];
    assert_eq!(cycles(&over_a_folder), ["a: one sub"]);
    let over_its_own =
        [("a/mod.rs", "mod one;\nuse one::One;\npub struct Own;"), ("a/one.rs", "use super::Own;\npub struct One;")];
    assert_eq!(cycles(&over_its_own), ["a: mod one"]);
    // To climb through a folder is no import of its own file.
    assert_eq!(
        cycles(&[("a/mod.rs", "mod one;\nuse one::One;"), ("a/one.rs", "use super::two::Two;"), ("a/two.rs", "")]),
        Vec::<String>::new()
    );
}

#[test]
fn unit_tests_may_close_a_circle() {
    let there = ("a/one.rs", "use super::two::Two;\npub struct One;");
    let in_tests = ("a/two.rs", "pub struct Two;\n#[cfg(test)]\nmod tests { use super::super::one::One; }");
    assert_eq!(cycles(&[there, in_tests]), Vec::<String>::new());
    let behind_them = ("a/two.rs", "#[cfg(all(test, unix))]\nmod tests {}\nuse super::one::One;\npub struct Two;");
    assert_eq!(cycles(&[there, behind_them]), ["a: one two"]);
    let without_tests = ("a/two.rs", "#[cfg(not(test))]\nuse super::one::One;\npub struct Two;");
    assert_eq!(cycles(&[there, without_tests]), ["a: one two"]);
}
