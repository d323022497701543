//! Collector of what a file says of itself and of others: its items, what it imports, and every path in its code, its attributes and its macros.

use std::path::PathBuf;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemExternCrate, ItemMod, ItemUse, Lit, Macro, Meta, Path, TraitItem, UseTree, Visibility};

use super::tree::{Crate, Module, ModulePath, PathExpr};

pub struct Collector<'a> {
    tree: &'a mut Crate,
    path: ModulePath,
    for_tests: bool,
}

impl<'a> Collector<'a> {
    pub fn new(tree: &'a mut Crate, file: PathBuf, path: ModulePath, for_tests: bool) -> Self {
        let module = tree.modules.entry(path.clone()).or_default();
        module.of_file = path.clone();
        module.file = file;
        for (length, name) in path.iter().enumerate() {
            tree.modules.entry(path[..length].to_vec()).or_default().children.insert(name.clone());
        }
        Self { tree, path, for_tests }
    }

    fn module(&mut self) -> &mut Module {
        self.tree.modules.entry(self.path.clone()).or_default()
    }

    fn add(&mut self, segments: Vec<String>, is_global: bool, is_glob: bool) {
        let for_tests = self.for_tests;
        self.module().paths.insert((PathExpr { segments, is_global, is_glob }, for_tests));
    }

    fn flatten(&mut self, mut before: Vec<String>, is_global: bool, tree: &UseTree) {
        match tree {
            UseTree::Path(path) => {
                before.push(plain(&path.ident));
                self.flatten(before, is_global, &path.tree);
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.flatten(before.clone(), is_global, tree);
                }
            }
            UseTree::Name(name) => self.bind(before, is_global, plain(&name.ident), None),
            UseTree::Rename(rename) => {
                self.bind(before, is_global, plain(&rename.ident), Some(plain(&rename.rename)));
            }
            UseTree::Glob(_) => {
                let written = PathExpr { segments: before, is_global, is_glob: true };
                self.add(written.segments.clone(), is_global, true);
                self.module().globs.push(written);
            }
        }
    }

    fn bind(&mut self, mut segments: Vec<String>, is_global: bool, last: String, renamed: Option<String>) {
        // `use a::{self}` binds `a`.
        if last != "self" || segments.is_empty() {
            segments.push(last);
        }
        let name = renamed.unwrap_or_else(|| segments[segments.len() - 1].clone());
        self.add(segments.clone(), is_global, false);
        let written = PathExpr { segments, is_global, is_glob: false };
        self.module().names.entry(name).or_default().push(written);
    }

    /// Paths of two names and more among tokens that are not parsed, and in attributes also those in strings.
    fn scan(&mut self, tokens: TokenStream, with_strings: bool) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at += 1;
            match token {
                TokenTree::Group(group) => self.scan(group.stream(), with_strings),
                TokenTree::Ident(ident) => {
                    self.visit_ident(ident);
                    at = self.scan_path(&tokens, at, vec![plain(ident)], is_joined(&tokens, at.wrapping_sub(3)));
                }
                TokenTree::Literal(literal) if with_strings => {
                    if let Ok(Lit::Str(text)) = syn::parse_str(&literal.to_string())
                        && let Ok(path) = syn::parse_str::<Path>(&text.value())
                    {
                        self.visit_path(&path);
                    }
                }
                TokenTree::Literal(_) | TokenTree::Punct(_) => {}
            }
        }
    }

    /// Goes on with a path behind its first name; returns where it ends.
    fn scan_path(&mut self, tokens: &[TokenTree], mut at: usize, mut path: Vec<String>, is_global: bool) -> usize {
        while is_joined(tokens, at) {
            match tokens.get(at + 2) {
                Some(TokenTree::Ident(next)) => {
                    self.visit_ident(next);
                    path.push(plain(next));
                    at += 3;
                }
                Some(TokenTree::Punct(star)) if star.as_char() == '*' => {
                    self.add(path, is_global, true);
                    return at + 3;
                }
                Some(TokenTree::Group(group)) => {
                    let inside: Vec<_> = group.stream().into_iter().collect();
                    for item in inside.split(|token| matches!(token, TokenTree::Punct(comma) if comma.as_char() == ','))
                    {
                        match item.first() {
                            Some(TokenTree::Ident(first)) => {
                                self.visit_ident(first);
                                let mut longer = path.clone();
                                longer.push(plain(first));
                                self.scan_path(item, 1, longer, is_global);
                            }
                            Some(_) => self.add(path.clone(), is_global, true),
                            None => {}
                        }
                    }
                    return at + 3;
                }
                _ => break,
            }
        }
        if path.len() > 1 {
            self.add(path, is_global, false);
        }
        at
    }

    fn misplace(&mut self) {
        let file = self.module().file.clone();
        self.tree.misplaced.insert(file);
    }

    fn visit_for_tests(&mut self, for_tests: bool, visit: impl FnOnce(&mut Self)) {
        let before = self.for_tests;
        self.for_tests |= for_tests;
        visit(self);
        self.for_tests = before;
    }
}

impl<'ast> Visit<'ast> for Collector<'_> {
    fn visit_file(&mut self, file: &'ast syn::File) {
        for item in &file.items {
            self.module().items.extend(name_of(item));
        }
        visit::visit_file(self, file);
    }

    fn visit_item(&mut self, item: &'ast Item) {
        let for_tests = attributes_of(item).iter().any(is_for_tests);
        self.visit_for_tests(for_tests, |collector| visit::visit_item(collector, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        let for_tests = item.attrs.iter().any(is_for_tests);
        self.visit_for_tests(for_tests, |collector| visit::visit_impl_item_fn(collector, item));
    }

    fn visit_trait_item(&mut self, item: &'ast TraitItem) {
        visit::visit_trait_item(self, item);
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if item.attrs.iter().any(names_a_path) {
            self.misplace();
        }
        let mut path = self.path.clone();
        path.push(plain(&item.ident));
        let Some((_, items)) = &item.content else {
            if self.for_tests {
                self.tree.for_tests.insert(path);
            }
            return;
        };
        let (file, of_file) = (self.module().file.clone(), self.module().of_file.clone());
        let mut inside = Collector::new(self.tree, file, path, self.for_tests);
        inside.module().of_file = of_file;
        for item in items {
            inside.module().items.extend(name_of(item));
            inside.visit_item(item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let is_global = item.leading_colon.is_some();
        self.flatten(Vec::new(), is_global, &item.tree);
        visit::visit_item_use(self, item);
    }

    fn visit_item_extern_crate(&mut self, item: &'ast ItemExternCrate) {
        if item.ident == "self"
            && let Some((_, name)) = &item.rename
        {
            self.tree.own_names.insert(plain(name));
        }
    }

    fn visit_path(&mut self, path: &'ast Path) {
        let segments = path.segments.iter().map(|segment| plain(&segment.ident)).collect();
        self.add(segments, path.leading_colon.is_some(), false);
        visit::visit_path(self, path);
    }

    fn visit_ident(&mut self, ident: &'ast proc_macro2::Ident) {
        let for_tests = self.for_tests;
        self.module().identifiers.insert((plain(ident), for_tests));
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        // Links in documentation are no imports.
        if attribute.path().is_ident("doc") {
            return;
        }
        self.visit_path(attribute.path());
        match &attribute.meta {
            Meta::List(list) => self.scan(list.tokens.clone(), true),
            Meta::NameValue(pair) => self.visit_expr(&pair.value),
            _ => {}
        }
    }

    fn visit_macro(&mut self, invocation: &'ast Macro) {
        if invocation.path.segments.last().is_some_and(|last| last.ident == "include") {
            self.misplace();
        }
        visit::visit_macro(self, invocation);
    }

    fn visit_token_stream(&mut self, tokens: &'ast TokenStream) {
        self.scan(tokens.clone(), false);
    }

    /// `pub(in crate::a)` names a module around this one.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}
}

fn plain(ident: &proc_macro2::Ident) -> String {
    ident.to_string().trim_start_matches("r#").to_owned()
}

fn is_joined(tokens: &[TokenTree], at: usize) -> bool {
    let is_colon = |at: usize| matches!(tokens.get(at), Some(TokenTree::Punct(colon)) if colon.as_char() == ':');
    is_colon(at) && is_colon(at.wrapping_add(1))
}

/// Reports an attribute that is `path = "..."`, alone or in a `cfg_attr`.
fn names_a_path(attribute: &Attribute) -> bool {
    let is_path = |token: TokenTree| matches!(token, TokenTree::Ident(name) if name == "path");
    match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg_attr") => list.tokens.clone().into_iter().any(is_path),
        meta => meta.path().is_ident("path"),
    }
}

/// Reports an attribute that is `cfg(test)` or asks for `test` among all that it asks for.
fn is_for_tests(attribute: &Attribute) -> bool {
    let Meta::List(list) = &attribute.meta else { return false };
    list.path.is_ident("cfg") && asks_for_tests(list.tokens.clone())
}

fn asks_for_tests(tokens: TokenStream) -> bool {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let TokenTree::Ident(name) = token else { continue };
        match tokens.next_if(|next| matches!(next, TokenTree::Group(_))) {
            Some(TokenTree::Group(group)) if name == "all" && asks_for_tests(group.stream()) => return true,
            None if name == "test" => return true,
            _ => {}
        }
    }
    false
}

fn attributes_of(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn name_of(item: &Item) -> Option<String> {
    match item {
        Item::Const(item) => Some(plain(&item.ident)),
        Item::Enum(item) => Some(plain(&item.ident)),
        Item::Fn(item) => Some(plain(&item.sig.ident)),
        Item::Macro(item) => item.ident.as_ref().map(plain),
        Item::Static(item) => Some(plain(&item.ident)),
        Item::Struct(item) => Some(plain(&item.ident)),
        Item::Trait(item) => Some(plain(&item.ident)),
        Item::Type(item) => Some(plain(&item.ident)),
        Item::Union(item) => Some(plain(&item.ident)),
        _ => None,
    }
}
