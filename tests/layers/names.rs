//! One meaning per type name: a reader who has met a name once knows what it says everywhere.

use std::collections::BTreeMap;
use std::path::PathBuf;

use syn::Ident;
use syn::visit::{self, Visit};

use super::tree::sources;

/// Names that clap's subcommands have by custom; they are read with the module that they are in.
const OF_SUBCOMMANDS: [&str; 2] = ["Arguments", "Command"];

#[derive(Default)]
struct TypeNames(Vec<String>);

impl TypeNames {
    fn add(&mut self, name: &Ident) {
        self.0.push(name.to_string());
    }
}

impl<'a> Visit<'a> for TypeNames {
    fn visit_item_struct(&mut self, item: &'a syn::ItemStruct) {
        self.add(&item.ident);
        visit::visit_item_struct(self, item);
    }

    fn visit_item_enum(&mut self, item: &'a syn::ItemEnum) {
        self.add(&item.ident);
        visit::visit_item_enum(self, item);
    }

    fn visit_item_union(&mut self, item: &'a syn::ItemUnion) {
        self.add(&item.ident);
    }

    fn visit_item_trait(&mut self, item: &'a syn::ItemTrait) {
        self.add(&item.ident);
        visit::visit_item_trait(self, item);
    }

    fn visit_item_type(&mut self, item: &'a syn::ItemType) {
        self.add(&item.ident);
    }
}

/// Names that stand for more than one type, with the files that define them.
fn shared_names(files: &[(PathBuf, String)]) -> Vec<String> {
    let mut places = BTreeMap::<String, Vec<String>>::new();
    for (file, text) in files {
        let mut names = TypeNames::default();
        names.visit_file(&syn::parse_file(text).unwrap());
        for name in names.0 {
            places.entry(name).or_default().push(file.display().to_string());
        }
    }
    let is_shared = |(name, files): &(String, Vec<String>)| {
        let of_subcommands =
            OF_SUBCOMMANDS.contains(&name.as_str()) && files.iter().all(|file| file.starts_with("cli"));
        files.len() > 1 && !of_subcommands
    };
    places.into_iter().filter(is_shared).map(|(name, files)| format!("{name}: {}", files.join(", "))).collect()
}

#[test]
fn a_type_name_means_one_thing() {
    let program = [sources("src"), sources("crates")].concat();
    assert!(program.len() > 400, "the sources are where they were");
    assert_eq!(shared_names(&program), Vec::<String>::new());
    assert_eq!(shared_names(&sources("tests")), Vec::<String>::new());
}

#[test]
fn a_type_name_with_two_meanings_is_found() {
    let found = |files: &[(&str, &str)]| {
        let files: Vec<_> = files.iter().map(|(file, text)| (PathBuf::from(file), (*text).to_owned())).collect();
        shared_names(&files)
    };
    assert_eq!(found(&[("a.rs", "struct Line;"), ("b.rs", "enum Line {}")]), ["Line: a.rs, b.rs"]);
    assert_eq!(found(&[("a.rs", "struct Line; mod tests { type Line = u8; }")]), ["Line: a.rs, a.rs"]);
    assert_eq!(found(&[("a.rs", "fn f() { struct Row; }"), ("b.rs", "trait Row {}")]), ["Row: a.rs, b.rs"]);
    assert_eq!(found(&[("cli/a.rs", "struct Arguments;"), ("cli/b.rs", "struct Arguments;")]), Vec::<String>::new());
    assert_eq!(found(&[("cli/a.rs", "struct Arguments;"), ("api/b.rs", "struct Arguments;")]).len(), 1);
    assert_eq!(found(&[("a.rs", "impl T for A { type Err = u8; } impl T for B { type Err = u8; }")]).len(), 0);
}
