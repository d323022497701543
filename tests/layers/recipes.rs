//! Recipes of ARCHITECTURE.md that promise one row for a new value: no other file lists the values of the enum, so that none has to be
//! extended by hand.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::path::PathBuf;

use lichtbild::api::Problem;
use lichtbild::domain::check::terms::phrase;
use lichtbild::domain::check::{Check, FindingDetail};
use lichtbild::domain::photo::collection::RefusalReason;
use lichtbild::texts::format_text;
use lichtbild::texts::language::Language;
use proc_macro2::{TokenStream, TokenTree};
use strum::{VariantArray, VariantNames};

use super::texts::catalogue;
use super::tree::sources;

/// An enum with one row per value.
struct Recipe {
    /// File of the rows.
    rows: &'static str,
    /// Each value by its variant and by its stable name.
    values: Vec<[String; 2]>,
    /// Other files that may name most of the values, each with the reason.
    exceptions: &'static [(&'static str, &'static str)],
}

impl Recipe {
    fn of<T: VariantArray + Debug + Copy + Into<&'static str>>(rows: &'static str) -> Self {
        let values = T::VARIANTS.iter().map(|value| [format!("{value:?}"), (*value).into().to_owned()]).collect();
        Self { rows, values, exceptions: &[] }
    }

    /// Number of values that a file with these words names.
    fn count(&self, words: &BTreeSet<String>) -> usize {
        self.values.iter().filter(|names| names.iter().any(|name| words.contains(name))).count()
    }

    fn is_list(&self, words: &BTreeSet<String>) -> bool {
        self.count(words) * 2 > self.values.len()
    }
}

fn checks() -> Recipe {
    Recipe::of::<Check>("src/domain/check/checks.rs")
}

fn details() -> Recipe {
    Recipe::of::<FindingDetail>("src/domain/check/checks.rs")
}

fn reasons() -> Recipe {
    Recipe::of::<RefusalReason>("src/domain/photo/collection.rs")
}

fn problems() -> Recipe {
    let variant = |kind: &str| -> String {
        kind.split('-').map(|word| format!("{}{}", word[..1].to_uppercase(), &word[1..])).collect()
    };
    let values = Problem::VARIANTS.iter().map(|kind| [variant(kind), (*kind).to_owned()]).collect();
    let exceptions = &[("src/api/problem/mapping.rs", "names the cause of each problem")];
    Recipe { rows: "src/api/problem/spec.rs", values, exceptions }
}

fn recipes() -> Vec<Recipe> {
    vec![checks(), details(), reasons(), problems()]
}

/// Adds all identifiers and strings, in macros too.
fn add_words(tokens: TokenStream, words: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(name) => _ = words.insert(name.to_string()),
            TokenTree::Literal(literal) => {
                words.extend(syn::parse_str::<syn::LitStr>(&literal.to_string()).map(|text| text.value()));
            }
            TokenTree::Group(group) => add_words(group.stream(), words),
            TokenTree::Punct(_) => {}
        }
    }
}

fn words_of(code: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    add_words(code.parse().unwrap(), &mut words);
    words
}

#[test]
fn one_file_lists_the_values_of_an_enum_with_one_row_per_value() {
    let files: Vec<(String, BTreeSet<String>)> = ["src", "tests", "benches"]
        .into_iter()
        .flat_map(|folder| sources(folder).into_iter().map(move |(file, code)| (folder, file, code)))
        .map(|(folder, file, code)| (format!("{folder}/{}", file.display()), words_of(&code)))
        .collect();
    for recipe in recipes() {
        let lists: Vec<&str> =
            files.iter().filter(|(_, words)| recipe.is_list(words)).map(|(file, _)| file.as_str()).collect();
        let mut expected: Vec<&str> = recipe.exceptions.iter().map(|(file, _)| *file).chain([recipe.rows]).collect();
        expected.sort_unstable();
        assert_eq!(lists, expected, "derive the other lists with strum::VariantArray");
    }
}

#[test]
fn a_list_is_found_by_variants_by_strings_and_in_macros() {
    let checks = checks();
    let variants: Vec<&str> = checks.values.iter().map(|[variant, _]| variant.as_str()).collect();
    let names: Vec<&str> = checks.values.iter().map(|[_, name]| name.as_str()).collect();
    assert!(checks.is_list(&words_of(&format!("use Check::*; const ALL: A = [{}];", variants.join(", ")))));
    assert!(checks.is_list(&words_of(&format!("fn f() {{ json!({{ \"{}\": 1 }}) }}", names.join("\": 1, \"")))));
    assert!(!checks.is_list(&words_of(&format!("const SOME: A = [{}];", variants[..20].join(", ")))));
}

#[test]
fn the_manual_lists_every_refusal_reason() {
    let manual = include_str!("../../docs/api.md");
    let missing: Vec<_> =
        reasons().values.into_iter().filter(|[_, name]| !manual.contains(&format!("`{name}`"))).collect();
    assert_eq!(missing, Vec::<[String; 2]>::new());
}

#[test]
fn one_file_of_the_sources_names_each_config_key() {
    let example = include_str!("../../config/gateway.example.toml");
    let keys = example.lines().filter_map(|line| line.trim_start_matches("# ").split_once(" = ")).map(|(key, _)| key);
    let keys: BTreeSet<&str> = keys.filter(|key| key.contains('_') && !key.contains(' ')).collect();
    assert!(keys.len() > 40, "the example shows the keys");
    let is_list = |code: &str| {
        let words = words_of(code);
        keys.iter().filter(|key| words.contains(**key)).count() * 2 > keys.len()
    };
    let lists: Vec<_> = sources("src").into_iter().filter(|(_, code)| is_list(code)).map(|(file, _)| file).collect();
    assert_eq!(lists, [PathBuf::from("config/settings.rs")]);
}

#[test]
fn every_text_of_a_check_belongs_to_a_row() {
    let kebab_case = |names: &[String; 2]| names[1].replace('_', "-");
    let checks: BTreeSet<String> = checks().values.iter().map(kebab_case).collect();
    let details: BTreeSet<String> = details().values.iter().map(kebab_case).collect();
    // Texts that belong to no single check.
    let shared = ["detail-", "declaration-", "limit-", "offset-", "term-", "word-"];
    for id in catalogue("de").0.keys().filter_map(|id| id.strip_prefix("check-")) {
        let message = id.split_once('.').map_or(id, |(message, _)| message);
        let known = match message.strip_prefix("detail-") {
            Some(detail) => details.contains(detail),
            None => checks.contains(message) || shared.iter().any(|prefix| message.starts_with(prefix)),
        };
        assert!(known, "check-{id}: no check or case has this name");
    }
}

#[test]
fn every_term_is_found_by_its_english_words() {
    for id in catalogue("de").0.keys().filter(|id| id.starts_with("check-term-")) {
        let [german, english] = [Language::German, Language::English].map(|language| format_text(language, id, &[]));
        assert_eq!(phrase(&english, Language::German), german, "the id of {english:?} consists of its words");
    }
}
