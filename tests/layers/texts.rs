//! The catalogues of `src/texts`: both languages hold the same messages, and the sources ask for nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use proc_macro2::{TokenStream, TokenTree};

use super::tree::sources;

/// Variables of each text by its id; a text of an attribute has the id `message.attribute`.
pub(super) type Texts = BTreeMap<String, BTreeSet<String>>;

/// A `text!` or `phrase!` whose id is a literal.
#[derive(Debug, PartialEq)]
struct TextUse {
    id: String,
    variables: BTreeSet<String>,
}

fn add_variables(pattern: &Pattern<String>, found: &mut BTreeSet<String>) {
    let of_inline = |inline: &InlineExpression<String>, found: &mut BTreeSet<String>| match inline {
        InlineExpression::VariableReference { id } => _ = found.insert(id.name.clone()),
        InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => {}
        other => panic!("a text takes variables only: {other:?}"),
    };
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { .. } => {}
            PatternElement::Placeable { expression: Expression::Inline(inline) } => of_inline(inline, found),
            PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
                of_inline(selector, found);
                for variant in variants {
                    add_variables(&variant.value, found);
                }
            }
        }
    }
}

fn catalogue_files(language: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/texts").join(language);
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// Texts of a language, and messages that exist twice.
pub(super) fn catalogue(language: &str) -> (Texts, Vec<String>) {
    let (mut texts, mut twice) = (Texts::new(), Vec::new());
    for file in catalogue_files(language) {
        let source = fs::read_to_string(&file).unwrap();
        let resource =
            fluent_syntax::parser::parse(source).unwrap_or_else(|(_, errors)| panic!("{}: {errors:?}", file.display()));
        for entry in resource.body {
            let Entry::Message(message) = entry else { continue };
            let mut add = |id: String, pattern: &Pattern<String>| {
                let mut variables = BTreeSet::new();
                add_variables(pattern, &mut variables);
                if texts.insert(id.clone(), variables).is_some() {
                    twice.push(id);
                }
            };
            let name = message.id.name;
            if let Some(pattern) = &message.value {
                add(name.clone(), pattern);
            }
            for attribute in &message.attributes {
                add(format!("{name}.{}", attribute.id.name), &attribute.value);
            }
        }
    }
    (texts, twice)
}

/// Adds each `text!` and `phrase!` with a literal id, and all string literals, in macros too.
fn read_tokens(tokens: TokenStream, uses: &mut Vec<TextUse>, literals: &mut BTreeSet<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Literal(literal) => {
                if let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) {
                    literals.insert(text.value());
                }
            }
            TokenTree::Group(group) => {
                let is = |back: usize, text: &str| {
                    at.checked_sub(back).is_some_and(|place| tokens[place].to_string() == text)
                };
                for (name, id_at) in [("text", 1), ("phrase", 0)] {
                    if is(1, "!") && is(2, name) {
                        uses.extend(text_use(group.stream(), id_at));
                    }
                }
                read_tokens(group.stream(), uses, literals);
            }
            _ => {}
        }
    }
}

/// `language, "id", name = value, …`; nothing for an id that is put together. `phrase!` has no language, so that the id comes first.
fn text_use(arguments: TokenStream, id_at: usize) -> Option<TextUse> {
    let mut parts = vec![Vec::new()];
    for token in arguments {
        match &token {
            TokenTree::Punct(comma) if comma.as_char() == ',' => parts.push(Vec::new()),
            _ => parts.last_mut()?.push(token),
        }
    }
    let [TokenTree::Literal(id)] = parts.get(id_at)?.as_slice() else { return None };
    let id = syn::parse_str::<syn::LitStr>(&id.to_string()).ok()?.value();
    let variables = parts[id_at + 1..].iter().filter_map(|part| Some(part.first()?.to_string())).collect();
    Some(TextUse { id, variables })
}

fn uses_of(files: &[(PathBuf, String)]) -> (Vec<TextUse>, BTreeSet<String>) {
    let (mut uses, mut literals) = (Vec::new(), BTreeSet::new());
    for (file, text) in files {
        let tokens: TokenStream = text.parse().unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        read_tokens(tokens, &mut uses, &mut literals);
    }
    (uses, literals)
}

/// True if `pattern`, such as `check-{}.hint`, can give `id`.
fn can_give(pattern: &str, id: &str) -> bool {
    let Some((before, rest)) = pattern.split_once('{') else { return pattern == id };
    let Some((_, after)) = rest.split_once('}') else { return false };
    before.ends_with('-')
        && id.strip_prefix(before).is_some_and(|rest| {
            if after.contains('{') { true } else { rest.len() > after.len() && rest.ends_with(after) }
        })
}

#[test]
fn both_languages_hold_the_same_texts_with_the_same_variables() {
    let (german, twice) = catalogue("de");
    assert_eq!(twice, Vec::<String>::new(), "texts that exist twice");
    let (english, twice) = catalogue("en");
    assert_eq!(twice, Vec::<String>::new(), "texts that exist twice");
    for (id, variables) in &german {
        assert_eq!(Some(variables), english.get(id), "variables of {id}");
    }
    assert_eq!(english.keys().filter(|id| !german.contains_key(*id)).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn every_text_that_is_asked_for_exists_and_is_given_its_variables() {
    let (texts, _) = catalogue("de");
    for asked in uses_of(&sources("src")).0 {
        assert_eq!(texts.get(&asked.id), Some(&asked.variables), "variables of {}", asked.id);
    }
}

#[test]
fn every_text_is_used() {
    let (_, literals) = uses_of(&sources("src"));
    let (texts, _) = catalogue("de");
    let unused: Vec<_> = texts
        .keys()
        .filter(|id| !literals.contains(*id) && !literals.iter().any(|literal| can_give(literal, id)))
        .collect();
    assert_eq!(unused, Vec::<&String>::new());
}

#[test]
fn a_text_is_found_in_a_macro_and_through_a_pattern() {
    let code =
        r#"fn f() { html! { p { (text!(clerk.language, "desk-done", code = f(1, 2), days = 3)) } } text!(a, &id); }"#;
    let (uses, literals) = uses_of(&[(PathBuf::from("a.rs"), code.to_owned())]);
    let variables = ["code", "days"].map(String::from).into();
    assert_eq!(uses, [TextUse { id: "desk-done".into(), variables }]);
    assert_eq!(literals, ["desk-done".to_owned()].into());
    assert!(can_give("check-{}.hint", "check-grey.hint"));
    assert!(!can_give("check-{}.hint", "check-grey"));
    assert!(!can_give("{}", "check-grey"), "a pattern begins with the area");
}

/// Ids of texts with a line that begins with a value and is indented deeper than others. Fluent drops those spaces, unless `{""}` comes
/// first.
fn texts_with_lost_indentation(source: &str) -> Vec<String> {
    let (mut found, mut text, mut id) = (Vec::new(), Vec::new(), String::new());
    // Variants of a plural are indented too, but are not lines of the text.
    let mut open_braces = 0;
    for line in source.lines().chain(["end = of the file"]) {
        let trimmed = line.trim_start();
        let starts_text = !trimmed.is_empty() && (trimmed.len() == line.len() || trimmed.starts_with('.'));
        if starts_text {
            let least = text.iter().map(|(indentation, _)| *indentation).min().unwrap_or_default();
            let is_lost = |(indentation, line): &(usize, &str)| {
                *indentation > least && line.starts_with('{') && !line.starts_with(r#"{""}"#)
            };
            found.extend(text.iter().any(is_lost).then(|| id.clone()));
            text.clear();
            id = trimmed.split(' ').next().unwrap_or_default().to_owned();
        } else if open_braces == 0 && !trimmed.is_empty() {
            text.push((line.len() - trimmed.len(), trimmed));
        }
        let braces = line.replace(r#"{"{"}"#, "").replace(r#"{"}"}"#, "");
        open_braces += braces.matches('{').count();
        open_braces -= braces.matches('}').count();
    }
    found
}

#[test]
fn no_line_loses_the_spaces_before_its_value() {
    for file in catalogue_files("de").into_iter().chain(catalogue_files("en")) {
        let source = fs::read_to_string(&file).unwrap();
        assert_eq!(
            texts_with_lost_indentation(&source),
            Vec::<String>::new(),
            "{}: begin with {{\"\"}}",
            file.display()
        );
    }
}

#[test]
fn a_lost_indentation_is_found() {
    let source = r#"
good =
    Name:
    {""}  { $name }
    { $number ->
        [one] { $number } photo
       *[other] { $number } photos
    }
bad =
    Name:
      { $name }
    .attribute =
        { $x }

          { $y }
same =
    { $x }
    { $y }
"#;
    assert_eq!(texts_with_lost_indentation(source), ["bad", ".attribute"]);
}
