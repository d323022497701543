"""Rewrites the sources so that one build holds many mutants, of which an environment variable selects one.

The body of each function with drawn mutants becomes a `match` on the number of the active mutant: one arm for each mutant with the changed
body, and the original body for all other numbers. The function also notes that it was reached.
"""

import re
from dataclasses import dataclass, field

# Added to the copy of the sources as a module.
MODULE = """//! Selects a mutant at run time, and notes the functions that were reached.

use std::fs::OpenOptions;
use std::io::Write;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

static REACHED: [AtomicBool; SITES] = [const { AtomicBool::new(false) }; SITES];
static ACTIVE: OnceLock<u32> = OnceLock::new();

#[inline(never)]
pub fn active(site: usize) -> u32 {
    if !REACHED[site].swap(true, Ordering::Relaxed) {
        if let Some(path) = std::env::var_os("LICHTBILD_REACHED") {
            let file = OpenOptions::new().append(true).create(true).open(path);
            file.and_then(|mut file| file.write_all(format!("{site}\\n").as_bytes())).unwrap();
        }
    }
    *ACTIVE.get_or_init(|| std::env::var("LICHTBILD_MUTANT").map_or(0, |number| number.parse().unwrap()))
}
"""


@dataclass
class Site:
    """A function with drawn mutants, or a constant with one."""

    number: int
    file: str
    mutants: list
    # Offsets in the file: the function, or the changed text in a constant.
    start: int
    end: int
    # The body without the braces. None for a constant.
    body: tuple | None = None
    is_const: bool = False
    returns_impl: bool = False
    # Whether the mutants must be built one by one.
    alone: bool = False
    # Whether the function cannot call another at run time, and therefore cannot note that it was reached.
    silent: bool = False


@dataclass
class Place:
    """Lines of a rewritten file."""

    first: int
    last: int
    site: Site
    # None in the signature and in the original body.
    mutant: object = None


@dataclass
class Source:
    """A file of the project with the sites in it."""

    path: str
    text: str
    sites: list = field(default_factory=list)
    starts: list = field(default_factory=list)

    def __post_init__(self):
        self.starts = [0] + [match.end() for match in re.finditer("\n", self.text)]

    def offset(self, position):
        line, column = position
        return self.starts[line - 1] + column - 1

    def offsets(self, span):
        return tuple(self.offset(position) for position in span)


LITERAL = re.compile(
    r"""//[^\n]*
    | (?<!\w)[bc]?r(?P<hashes>\#*)"(?:.|\n)*?"(?P=hashes)
    | [bc]?"(?:\\(?:.|\n)|[^"\\])*"
    | b?'(?:\\(?:x[0-9a-fA-F]{2}|u\{[0-9a-fA-F_]+\}|.)|[^'\\\n])'""",
    re.VERBOSE,
)


def opening_brace(text, start, end):
    """The offset of the brace that the last brace before `end` closes."""
    opened = []
    matched = None
    at = start
    while at < end:
        if text.startswith("/*", at):
            depth, at = 1, at + 2
            while depth:
                step = re.compile(r"/\*|\*/").search(text, at)
                depth += 1 if step.group() == "/*" else -1
                at = step.end()
            continue
        literal = LITERAL.match(text, at)
        if literal:
            at = literal.end()
            continue
        if text[at] == "{":
            opened.append(at)
        elif text[at] == "}":
            matched = opened.pop()
        at += 1
    return matched


def sites_of(sources, mutants):
    """Groups the mutants by their functions, those of nested functions by the outermost one."""
    found = []
    for path in sorted({mutant.file for mutant in mutants}):
        source = sources[path]
        source.sites = []
        here = [mutant for mutant in mutants if mutant.file == path]
        for mutant in here:
            if mutant.function_span is None:
                found.append(Site(len(found), path, [mutant], *source.offsets(mutant.span), alone=True, silent=True))
                source.sites.append(found[-1])
        spans = sorted({source.offsets(mutant.function_span) for mutant in here if mutant.function_span})
        for start, end in spans:
            if any(site.body and site.start <= start and end <= site.end for site in source.sites):
                continue
            inside = [m for m in here if m.function_span and start <= source.offset(m.span[0]) < end]
            site = Site(len(found), path, inside, start, end)
            brace = opening_brace(source.text, start, end)
            signature = source.text[start:brace]
            site.body = (brace + 1, end - 1)
            site.is_const = bool(re.search(r"\bconst\s+(?:async\s+)?fn\b", signature))
            site.returns_impl = "impl " in signature.rsplit("->", 1)[-1] if "->" in signature else False
            found.append(site)
            source.sites.append(site)
    return found


def changed(source, mutant, start, end):
    """The text from `start` to `end` with the mutant in it."""
    first, last = source.offsets(mutant.span)
    return source.text[start:first] + mutant.replacement + source.text[last:end]


def rewritten(source, viable, single=None):
    """The text of the file with all joint sites, and with the mutant `single` of a site that is alone. Also the places of its lines."""
    parts, places = [], []
    line = 1
    at = 0

    def put(text):
        nonlocal line
        parts.append(text)
        line += text.count("\n")

    def put_body(site, mutant, head, body, tail):
        put(head)
        first = line
        put(body)
        places.append(Place(first, line, site, mutant))
        put(tail)

    for site in sorted(source.sites, key=lambda site: site.start):
        put(source.text[at : site.start])
        first = line
        at = site.end
        if site.body is None:
            put(single.replacement if single in site.mutants else source.text[site.start : site.end])
            places.append(Place(first, line, site, single))
            continue
        signature = source.text[site.start : site.body[0]]
        start, end = site.body
        call = f"crate::active_mutant::active({site.number})"
        if site.alone:
            body = changed(source, single, start, end) if single in site.mutants else source.text[start:end]
            put(signature)
            places.append(Place(first, line, site))
            put_body(site, single, "" if site.silent else f" let _ = {call};", body, source.text[end : site.end])
        else:
            put(re.sub(r"\bconst(\s+(?:async\s+)?fn\b)", r"\1", signature) if site.is_const else signature)
            places.append(Place(first, line, site))
            put(f"\nmatch {call} {{\n")
            for mutant in site.mutants:
                if mutant.number in viable:
                    put_body(site, mutant, f"{mutant.number}u32 => {{\n", changed(source, mutant, start, end), "\n}\n")
            put_body(site, None, "_ => {\n", source.text[start:end], "\n}\n}\n" + source.text[end : site.end])
    put(source.text[at:])
    return "".join(parts), places
