//! A database connection is returned before the same function takes another one: requests that hold one and wait for a second would use
//! up the pool, and all of them would wait.

use syn::visit::{self, Visit};

use super::tree::sources;

/// Functions that keep a connection in a variable and take one for writing.
#[derive(Default)]
struct HeldConnections(Vec<String>);

impl HeldConnections {
    fn look_at(&mut self, name: &syn::Ident, block: &syn::Block) {
        let mut calls = Calls::default();
        calls.visit_block(block);
        if calls.keeps_reader && calls.takes_writer {
            self.0.push(name.to_string());
        }
    }
}

impl<'a> Visit<'a> for HeldConnections {
    fn visit_item_fn(&mut self, function: &'a syn::ItemFn) {
        self.look_at(&function.sig.ident, &function.block);
    }

    fn visit_impl_item_fn(&mut self, method: &'a syn::ImplItemFn) {
        self.look_at(&method.sig.ident, &method.block);
    }
}

#[derive(Default)]
struct Calls {
    keeps_reader: bool,
    takes_writer: bool,
}

fn is_awaited_call(expression: &syn::Expr, name: &str) -> bool {
    match expression {
        syn::Expr::Try(inner) => is_awaited_call(&inner.expr, name),
        syn::Expr::Await(inner) => is_awaited_call(&inner.base, name),
        syn::Expr::MethodCall(call) => call.method == name && call.args.is_empty(),
        _ => false,
    }
}

impl<'a> Visit<'a> for Calls {
    fn visit_local(&mut self, local: &'a syn::Local) {
        self.keeps_reader |= local.init.as_ref().is_some_and(|init| is_awaited_call(&init.expr, "read"));
        visit::visit_local(self, local);
    }

    fn visit_expr_method_call(&mut self, call: &'a syn::ExprMethodCall) {
        self.takes_writer |= call.method == "write" && call.args.is_empty();
        visit::visit_expr_method_call(self, call);
    }
}

fn held_connections(code: &str) -> Vec<String> {
    let mut found = HeldConnections::default();
    found.visit_file(&syn::parse_file(code).unwrap());
    found.0
}

#[test]
fn no_statement_waits_for_a_second_connection() {
    let files = sources("src/storage/sql");
    assert!(files.len() > 40, "the store is where it was");
    let found: Vec<_> = files
        .iter()
        .flat_map(|(file, code)| {
            held_connections(code).into_iter().map(move |name| format!("{}: {name}", file.display()))
        })
        .collect();
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_kept_connection_is_found() {
    let both = "fn f() { with(|| async { let mut c = self.read().await?; c.go(); let t = self.write().await?; }) }";
    assert_eq!(held_connections(both), ["f"]);
    let short = "impl A { async fn g(&self) { self.read().await?.query(); let t = self.write().await?; } }";
    assert_eq!(held_connections(short), [""; 0]);
    let only = "impl A { async fn h(&self) { let mut c = self.read().await?; c.query(); } }";
    assert_eq!(held_connections(only), [""; 0]);
}
