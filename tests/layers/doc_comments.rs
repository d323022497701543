//! Doc comments: they exist where they say more than a name, and they start with a noun or a verb and none with a question word.

use syn::visit::{self, Visit};

use super::tree::sources;

const QUESTION_WORDS: [&str; 12] =
    ["What", "Whatever", "Who", "Whoever", "Whose", "Whom", "Whether", "Where", "How", "When", "Why", "Which"];

/// Line numbers at which a doc comment, or a paragraph of one, starts with a question word.
fn headless(text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let (mut marker_above, mut text_above) = ("", "");
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim_start();
        let marker = ["///", "//!"].into_iter().find(|marker| line.starts_with(marker)).unwrap_or("");
        let text = line[marker.len()..].trim();
        if !marker.is_empty() && (marker != marker_above || text_above.is_empty() || text_above.starts_with('#')) {
            let first = text.split_whitespace().next().unwrap_or("");
            if QUESTION_WORDS.contains(&first.trim_end_matches(|sign: char| !sign.is_alphanumeric())) {
                found.push(number);
            }
        }
        (marker_above, text_above) = (marker, text);
    }
    found
}

#[test]
fn no_doc_comment_starts_with_a_question_word() {
    let mut found = Vec::new();
    for folder in ["src", "crates", "tests", "benches"] {
        for (file, text) in sources(folder) {
            found.extend(headless(&text).into_iter().map(|line| format!("{folder}/{}:{line}", file.display())));
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_headless_doc_comment_is_found() {
    assert_eq!(headless("/// What a studio sends.\nstruct A;"), [1]);
    assert_eq!(headless("//! Who is served.\n\n/// Whether it is.\nfn f() {}"), [1, 3]);
    assert_eq!(headless("/// A deposit request.\n/// What it holds is below.\nstruct A;"), [0; 0]);
    assert_eq!(headless("struct A {\n    /// Where, in bytes.\n    at: u64,\n}"), [2]);
    assert_eq!(headless("/// A file.\n///\n/// Whatever is in it.\nstruct A;"), [3]);
    assert_eq!(headless("/// A file.\n///\n/// # Errors\n/// When it is missing.\nfn f() {}"), [4]);
    assert_eq!(headless("// What is meant\n/// Whatsoever\nstruct A;"), [0; 0]);
}

/// Places of public modules, types and functions without a doc comment. Fields, variants and methods have one only where it says more
/// than the name.
fn undocumented(file: &syn::File) -> Vec<String> {
    fn is_documented(attributes: &[syn::Attribute]) -> bool {
        attributes.iter().any(|attribute| attribute.path().is_ident("doc"))
    }
    let mut found = Vec::new();
    if !is_documented(&file.attrs) {
        found.push("the module".to_owned());
    }
    for item in &file.items {
        let (visibility, attributes, name) = match item {
            syn::Item::Const(item) => (&item.vis, &item.attrs, &item.ident),
            syn::Item::Enum(item) => (&item.vis, &item.attrs, &item.ident),
            syn::Item::Fn(item) => (&item.vis, &item.attrs, &item.sig.ident),
            syn::Item::Struct(item) => (&item.vis, &item.attrs, &item.ident),
            syn::Item::Trait(item) => (&item.vis, &item.attrs, &item.ident),
            syn::Item::Type(item) => (&item.vis, &item.attrs, &item.ident),
            _ => continue,
        };
        if matches!(visibility, syn::Visibility::Public(_)) && !is_documented(attributes) {
            found.push(name.to_string());
        }
    }
    found
}

#[test]
fn every_module_and_every_public_type_and_function_has_a_doc_comment() {
    let mut found = Vec::new();
    for folder in ["src", "crates"] {
        for (file, text) in sources(folder).into_iter().filter(|(file, _)| !file.ends_with("tests.rs")) {
            let parsed = syn::parse_file(&text).unwrap();
            found.extend(undocumented(&parsed).into_iter().map(|name| format!("{folder}/{}: {name}", file.display())));
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

/// Words that say nothing about a field.
const EMPTY_WORDS: [&str; 12] = ["a", "an", "the", "of", "its", "this", "it", "in", "is", "that", "to", "for"];

/// Doc comments of fields and variants that only repeat the name. Those of clap are help texts.
#[derive(Default)]
struct Repetitions {
    context: Vec<String>,
    found: Vec<String>,
}

impl Repetitions {
    fn look_at(&mut self, name: &syn::Ident, attributes: &[syn::Attribute]) {
        let lines: Vec<String> = attributes.iter().filter_map(doc_line).collect();
        let [line] = lines.as_slice() else { return };
        let known = words(&name.to_string()).into_iter().chain(self.context.iter().flat_map(|name| words(name)));
        let known: Vec<String> = known.collect();
        let says_more = |word: &String| !EMPTY_WORDS.contains(&word.as_str()) && !known.contains(word);
        if !words(line).iter().any(says_more) {
            self.found.push(format!("{name}: {}", line.trim()));
        }
    }
}

fn doc_line(attribute: &syn::Attribute) -> Option<String> {
    match &attribute.meta {
        syn::Meta::NameValue(doc) if doc.path.is_ident("doc") => match &doc.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

/// The words of a name or a sentence, in lower case and without a plural's `s`.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for sign in text.chars() {
        if sign.is_uppercase() || !sign.is_alphanumeric() {
            words.push(String::new());
        }
        if let (true, Some(word)) = (sign.is_alphanumeric(), words.last_mut()) {
            word.extend(sign.to_lowercase());
        }
    }
    let singular = words.iter().map(|word| word.strip_suffix('s').unwrap_or(word).to_owned());
    singular.filter(|word| !word.is_empty()).collect()
}

fn is_of_clap(attributes: &[syn::Attribute]) -> bool {
    let derives = |attribute: &&syn::Attribute| attribute.path().is_ident("derive");
    attributes.iter().filter(derives).any(|attribute| {
        let tokens = match &attribute.meta {
            syn::Meta::List(list) => list.tokens.to_string(),
            _ => String::new(),
        };
        ["Args", "Parser", "Subcommand", "ValueEnum"].iter().any(|name| tokens.contains(name))
    })
}

impl<'a> Visit<'a> for Repetitions {
    fn visit_item_struct(&mut self, item: &'a syn::ItemStruct) {
        if !is_of_clap(&item.attrs) {
            self.context = vec![item.ident.to_string()];
            visit::visit_item_struct(self, item);
        }
    }

    fn visit_item_enum(&mut self, item: &'a syn::ItemEnum) {
        if !is_of_clap(&item.attrs) {
            self.context = vec![item.ident.to_string()];
            visit::visit_item_enum(self, item);
        }
    }

    fn visit_field(&mut self, field: &'a syn::Field) {
        if let Some(name) = &field.ident {
            self.look_at(name, &field.attrs);
        }
    }

    fn visit_variant(&mut self, variant: &'a syn::Variant) {
        self.look_at(&variant.ident, &variant.attrs);
        visit::visit_variant(self, variant);
    }
}

fn repetitions(text: &str) -> Vec<String> {
    let mut repetitions = Repetitions::default();
    repetitions.visit_file(&syn::parse_file(text).unwrap());
    repetitions.found
}

#[test]
fn no_doc_comment_of_a_field_or_variant_repeats_the_name() {
    let mut found = Vec::new();
    for folder in ["src", "crates", "tests"] {
        for (file, text) in sources(folder) {
            found.extend(repetitions(&text).into_iter().map(|line| format!("{folder}/{}: {line}", file.display())));
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn missing_and_repeating_doc_comments_are_found() {
    let missing = |code| undocumented(&syn::parse_file(code).unwrap());
    assert_eq!(missing("//! Photos.\n\npub struct A;\nstruct B;"), ["A"]);
    assert_eq!(missing("/// Reads.\npub fn f() {}"), ["the module"]);
    assert_eq!(repetitions("struct Photo {\n    /// The photo's id.\n    photo_id: u8,\n}").len(), 1);
    assert_eq!(repetitions("enum State {\n    /// The photo is used.\n    Used,\n}"), [""; 0]);
    assert_eq!(repetitions("struct Limit {\n    /// In bytes.\n    size: u64,\n}"), [""; 0]);
    assert_eq!(repetitions("#[derive(clap::Args)]\nstruct A {\n    /// The id\n    id: u8,\n}"), [""; 0]);
}
