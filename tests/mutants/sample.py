"""The mutants that cargo-mutants knows, and the draw of a sample."""

import hashlib
import json
import re
import subprocess
import sys
from dataclasses import dataclass

AREAS = ["src/domain", "src/sealing", "src/flows", "src/limits", "src/identity", "src/validation/jpeg"]


@dataclass
class Mutant:
    """One change of one place, as cargo-mutants states it."""

    file: str
    # None in a constant.
    function: str | None
    # ((line, column), (line, column)) of the whole function, from 1.
    function_span: tuple | None
    span: tuple
    replacement: str
    # The change, without file and function.
    change: str
    line: int
    # File, function and change without line numbers: it outlives changes elsewhere in the file.
    id: str = ""
    # The number that selects the mutant in the joint build.
    number: int = 0

    def row(self):
        """The beginning of the mutant's row in tests/mutants.md."""
        cells = [self.file.removeprefix("src/"), self.function or "", self.change]
        return "| " + " | ".join(f"`{cell.replace('|', chr(92) + '|')}`" if cell else "" for cell in cells) + " |"


def ends(span):
    return tuple((span[end]["line"], span[end]["column"]) for end in ("start", "end"))


def parsed(entry):
    function = entry["function"]
    name = function["function_name"] if function else None
    described = re.sub(r"^[^:]*:\d+:\d+: ", "", entry["name"])
    if entry["genre"] == "FnValue":
        change = f"return {entry['replacement']}"
    else:
        change = described.removesuffix(f" in {name}")
    return Mutant(
        file=entry["file"],
        function=name,
        function_span=ends(function["span"]) if function else None,
        span=ends(entry["span"]),
        replacement=entry["replacement"],
        change=change,
        line=entry["span"]["start"]["line"],
    )


def listed(root):
    """All mutants of the areas, in the order of their places."""
    command = ["cargo", "mutants", "--list", "--json", "--no-config", "--package", "lichtbild"]
    for area in AREAS:
        command += ["--file", f"{area}/**"]
    try:
        found = subprocess.run(command, cwd=root, capture_output=True, check=True, text=True)
    except subprocess.CalledProcessError as error:
        if "no such command" in error.stderr:
            sys.exit("cargo-mutants is missing: cargo install --locked cargo-mutants")
        sys.exit(error.stderr)
    mutants = [parsed(entry) for entry in json.loads(found.stdout)]
    mutants.sort(key=lambda mutant: (mutant.file, mutant.span, mutant.replacement))
    seen = {}
    for mutant in mutants:
        name = f"{mutant.file}: {mutant.function}: {mutant.change}"
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            mutant.change += f" ({seen[name]})"
        mutant.id = f"{mutant.file}: {mutant.function}: {mutant.change}"
    return mutants


def shuffled(mutants, seed):
    """The mutants in the order of the draw. A hash instead of a generator: changed code does not change the draw of the rest."""
    return sorted(mutants, key=lambda mutant: hashlib.sha256(f"{seed} {mutant.id}".encode()).digest())
