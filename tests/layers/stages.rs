//! The stages of a photo's bytes (`src/domain/photo/stages.rs`) cannot be entered from outside the crate, since the constructors are not public
//! there; inside it Rust has no visibility for one sibling module alone, so this proof holds the others off. A constructor is an
//! associated function, which no import renames: looking for its name finds every use, as a value and in a macro too.

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Fields, FnArg, ImplItem, ImplItemFn, Item, ItemImpl, Receiver, ReceiverKind, ReturnType, Type, Visibility};

use super::tree::{Crate, sources};

struct StageType {
    name: &'static str,
    constructor: &'static str,
    /// The module that may call it.
    owner: &'static str,
    /// Files whose unit tests may, too.
    tests: &'static [&'static str],
}

const STAGES: [StageType; 3] = [
    // Sealing is tested with a photo that no judge saw: validation is its sibling.
    StageType {
        name: "JudgedPhoto",
        constructor: "accepted_by_judge",
        owner: "validation",
        tests: &["sealing/envelope.rs"],
    },
    StageType { name: "SealedPhoto", constructor: "from_envelope", owner: "sealing", tests: &[] },
    // Opening is tested without a store.
    StageType {
        name: "StoredPhoto",
        constructor: "from_store",
        owner: "storage",
        tests: &["sealing/envelope.rs", "sealing/vectors.rs"],
    },
];

const HOME: &str = "domain/photo/stages.rs";

fn foreign_callers(tree: &Crate, stage: &StageType) -> Vec<String> {
    let mut found = Vec::new();
    for (path, module) in &tree.modules {
        let file = module.file.to_string_lossy().replace('\\', "/");
        if file == HOME || path.first().is_some_and(|root| root == stage.owner) {
            continue;
        }
        let is_named = |for_tests| module.identifiers.contains(&(stage.constructor.to_owned(), for_tests));
        if is_named(false) || (is_named(true) && !stage.tests.contains(&file.as_str())) {
            found.push(file);
        }
    }
    found
}

/// Ways to make a stage other than by its constructor.
fn loopholes(files: &[(String, syn::File)], stage: &StageType) -> Vec<String> {
    let mut search = LoopholeSearch { stage, inside: false, file: "", found: Vec::new() };
    for (file, parsed) in files {
        search.file = file;
        search.visit_file(parsed);
    }
    search.found
}

struct LoopholeSearch<'a> {
    stage: &'a StageType,
    /// In an implementation for the stage.
    inside: bool,
    file: &'a str,
    found: Vec<String>,
}

impl LoopholeSearch<'_> {
    fn report(&mut self, what: impl std::fmt::Display) {
        self.found.push(format!("{}: {} {what}", self.file, self.stage.name));
    }

    fn is_stage(&self, ty: &Type) -> bool {
        matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == self.stage.name))
    }
}

impl<'ast> Visit<'ast> for LoopholeSearch<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if let Item::Struct(item) = item
            && item.ident == self.stage.name
        {
            if item.attrs.iter().any(|attribute| !attribute.path().is_ident("doc")) {
                self.report("derives what may make one");
            }
            let Fields::Named(fields) = &item.fields else { return self.report("has fields without names") };
            if fields.named.iter().any(|field| !matches!(field.vis, Visibility::Inherited)) {
                self.report("has a field that is not private");
            }
        }
        if let Item::Type(item) = item
            && self.is_stage(&item.ty)
        {
            self.report("has another name, by which it could be made");
        }
        visit::visit_item(self, item);
    }

    fn visit_use_rename(&mut self, rename: &'ast syn::UseRename) {
        if self.file == HOME && rename.ident == self.stage.name {
            self.report("has another name, by which it could be made");
        }
    }

    /// The tokens that a macro generates are not seen.
    fn visit_macro(&mut self, invocation: &'ast syn::Macro) {
        if self.file == HOME && mentions(invocation.tokens.clone(), self.stage.name) {
            self.report("is named in a macro");
        }
    }

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        if !self.is_stage(&item.self_ty) {
            return visit::visit_item_impl(self, item);
        }
        match &item.trait_ {
            Some((path, ..)) if path.segments.last().is_none_or(|last| last.ident != "Debug") => {
                self.report("implements a trait that may make one");
            }
            Some(_) => {}
            None => {
                self.inside = true;
                for item in &item.items {
                    match item {
                        ImplItem::Fn(method) if method.sig.ident != self.stage.constructor => {
                            let has_receiver =
                                method.sig.inputs.iter().any(|input| matches!(input, FnArg::Receiver(_)));
                            if !has_receiver {
                                self.report(format!("has another constructor: {}", method.sig.ident));
                            }
                            if method.sig.receiver().is_some_and(can_change) {
                                self.report(format!("is changed by {}", method.sig.ident));
                            }
                            self.visit_impl_item_fn(method);
                        }
                        ImplItem::Fn(constructor) => {
                            if matches!(constructor.vis, Visibility::Public(_)) {
                                self.report("has a public constructor");
                            }
                        }
                        other => self.visit_impl_item(other),
                    }
                }
                self.inside = false;
            }
        }
    }

    fn visit_impl_item_fn(&mut self, method: &'ast ImplItemFn) {
        if self.inside
            && let ReturnType::Type(_, ty) = &method.sig.output
            && (self.is_stage(ty) || matches!(&**ty, Type::Path(path) if path.path.is_ident("Self")))
        {
            self.report(format!("is made by {}", method.sig.ident));
        }
        visit::visit_impl_item_fn(self, method);
    }

    /// The constructor's own name is not visited.
    fn visit_ident(&mut self, ident: &'ast proc_macro2::Ident) {
        if self.file == HOME && ident == self.stage.constructor {
            self.report("has its constructor called where it is defined");
        }
    }

    fn visit_expr_struct(&mut self, literal: &'ast syn::ExprStruct) {
        let is_made = literal.path.segments.last().is_some_and(|last| last.ident == self.stage.name);
        if is_made || (self.inside && literal.path.is_ident("Self")) {
            self.report("is made by a literal");
        }
        visit::visit_expr_struct(self, literal);
    }
}

/// Reports a method that could change what it belongs to: `&mut self`, or a pointer around it.
fn can_change(receiver: &Receiver) -> bool {
    !matches!(receiver.kind, ReceiverKind::Value | ReceiverKind::Reference(_, _, None))
}

fn mentions(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => mentions(group.stream(), name),
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

fn parsed(files: Vec<(std::path::PathBuf, String)>) -> Vec<(String, syn::File)> {
    files.into_iter().map(|(file, text)| (file.display().to_string(), syn::parse_file(&text).unwrap())).collect()
}

#[test]
fn only_validation_makes_judged_photos_only_sealing_sealed_ones_and_only_storage_stored_ones() {
    let (tree, files) = (Crate::of_library(), parsed(sources("src")));
    for stage in STAGES {
        assert_eq!(foreign_callers(tree, &stage), Vec::<String>::new(), "{}", stage.constructor);
        assert_eq!(loopholes(&files, &stage), Vec::<String>::new());
        let home = tree.modules.values().find(|module| module.file.ends_with(HOME)).unwrap();
        assert!(home.identifiers.contains(&(stage.constructor.to_owned(), false)), "the constructor has its name");
    }
}

#[test]
fn a_foreign_caller_is_found_however_it_calls() {
    let callers =
        |file: &str, code: &str| foreign_callers(&Crate::of([(file.into(), code.to_owned())]), &STAGES[1]).len();
    for code in [
        "fn f() { SealedPhoto::from_envelope(vec![]) }",
        "use crate::domain::photo::SealedPhoto as S;\nfn f() { S::from_envelope(vec![]) }",
        "fn f() { <crate::domain::photo::SealedPhoto>::from_envelope(vec![]) }",
        "fn f() { frames.map(SealedPhoto::from_envelope) }",
        "fn f() { some!(SealedPhoto::from_envelope(x)) }",
        "#[cfg(test)]\nmod tests { fn f() { SealedPhoto::from_envelope(vec![]) } }",
        "#[cfg(test)]\nmod tests {}\nfn f() { SealedPhoto::from_envelope(vec![]) }",
    ] {
        assert_eq!(callers("flows/deposit.rs", code), 1, "{code}");
        assert_eq!(callers("sealing/envelope.rs", code), 0, "{code}");
    }
    assert_eq!(callers("flows/deposit.rs", "// from_envelope\nfn f() { \"from_envelope\" }"), 0);
}

#[test]
fn stored_photos_come_from_storage_alone_and_never_become_sealed_ones() {
    let callers = |file: &str, code: &str, stage: usize| {
        foreign_callers(&Crate::of([(file.into(), code.to_owned())]), &STAGES[stage]).len()
    };
    let stored = "fn f() { StoredPhoto::from_store(unsealed) }";
    for file in ["flows/photo/deposit.rs", "api/photos.rs", "sealing/envelope.rs", "domain/photo/withdrawal.rs"] {
        assert_eq!(callers(file, stored, 2), 1, "{file}");
    }
    assert_eq!(callers("storage/sql/photo/photos.rs", stored, 2), 0);
    let in_unit_test = format!("#[cfg(test)]\nmod tests {{ {stored} }}");
    assert_eq!(callers("sealing/envelope.rs", &in_unit_test, 2), 0);
    assert_eq!(callers("flows/photo/deposit.rs", &in_unit_test, 2), 1);
    // A store takes sealed photos only, and cannot make one of the bytes that it has read.
    let sealed = "fn f(stored: StoredPhoto) { SealedPhoto::from_envelope(stored.into_envelope()) }";
    assert_eq!(callers("storage/sql/photo/photos.rs", sealed, 1), 1);
    let public = "pub struct StoredPhoto { envelope: Vec<u8> }
        impl StoredPhoto { pub fn from_store(envelope: Vec<u8>) -> Self { Self { envelope } } }";
    assert_eq!(loopholes(&parsed(vec![(HOME.into(), public.to_owned())]), &STAGES[2]).len(), 1);
}

#[test]
fn another_way_to_make_a_stage_is_found() {
    let found = |code: &str| loopholes(&parsed(vec![(HOME.into(), code.to_owned())]), &STAGES[1]).len();
    let sound = "pub struct SealedPhoto { frame: Vec<u8> }
        impl SealedPhoto {
            pub(crate) fn from_envelope(frame: Vec<u8>) -> Self { Self { frame } }
            pub fn frame(&self) -> &[u8] { &self.frame }
        }
        impl fmt::Debug for SealedPhoto {}";
    assert_eq!(found(sound), 0);
    assert_eq!(found(&sound.replace("pub(crate) fn", "pub fn")), 1);
    assert_eq!(found(&sound.replace("{ frame: Vec<u8> }", "{ pub frame: Vec<u8> }")), 1);
    assert_eq!(found(&sound.replace("pub struct", "#[derive(Deserialize)] pub struct")), 1);
    assert_eq!(found(&sound.replace("fmt::Debug for", "From<Vec<u8>> for")), 1);
    for more in [
        "impl SealedPhoto { pub fn from_store(frame: Vec<u8>) -> SealedPhoto { Self::from_envelope(frame) } }",
        "impl SealedPhoto { pub fn with(&self, frame: Vec<u8>) -> Self { Self::from_envelope(frame) } }",
        "pub fn make(frame: Vec<u8>) -> SealedPhoto { SealedPhoto { frame } }",
        "pub const MAKE: fn(Vec<u8>) -> SealedPhoto = SealedPhoto::from_envelope;",
        "type Alias = SealedPhoto;\npub fn make(frame: Vec<u8>) -> Alias { Alias { frame } }",
        "use self::SealedPhoto as Alias;\npub fn make(frame: Vec<u8>) -> Alias { Alias { frame } }",
        "macro_rules! make { ($frame:expr) => { SealedPhoto { frame: $frame } }; }",
        "impl SealedPhoto { pub fn frame_mut(&mut self) -> &mut Vec<u8> { &mut self.frame } }",
    ] {
        assert_ne!(found(&format!("{sound}\n{more}")), 0, "{more}");
    }
}

#[test]
fn only_the_commit_takes_the_rows_of_the_log_from_a_transaction() {
    let (engine, commit) = ("storage/sql/engine/connection.rs", "storage/sql/log/commit.rs");
    for name in ["take_pending_log", "commit_logged"] {
        let mut files = Vec::new();
        for module in Crate::of_library().modules.values() {
            if module.identifiers.iter().any(|(identifier, _)| identifier == name) {
                files.push(module.file.to_string_lossy().replace('\\', "/"));
            }
        }
        files.sort();
        assert_eq!(files, [engine, commit], "{name}");
    }
}
