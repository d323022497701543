"""Builds the mutants: a copy of the project, the joint build, and the builds of single mutants."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import schemata

PROFILE = ["--locked", "--features", "failpoints", "--message-format", "json"]
# Without debug information of the package, which makes its build faster. Dependencies are built as for other tests.
SETTINGS = "[profile.dev.package.lichtbild]\ndebug = 0\n"


class Project:
    """A copy of the checkout, in which the sources are rewritten."""

    def __init__(self, root, scratch):
        self.copy = scratch / "lichtbild"
        listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(listed, cwd=root, capture_output=True, check=True).stdout.decode().split("\0")
        wanted = {name for name in names if name and (root / name).is_file()}
        rewritten = {"src/lib.rs"} | {name for name in wanted if name.startswith("src/")}
        for name in sorted(wanted - rewritten):
            self.bring(name, (root / name).read_bytes(), root / name)
        self.texts = {name: (root / name).read_bytes() for name in sorted(rewritten)}
        self.write(".cargo/config.toml", SETTINGS)
        # Files of an earlier run in the same folder.
        kept = wanted | {".cargo/config.toml", "src/active_mutant.rs"}
        for path in list(self.copy.rglob("*")):
            if path.is_file() and path.relative_to(self.copy).as_posix() not in kept:
                path.unlink()
        self.target = Path(os.environ.get("CARGO_TARGET_DIR") or scratch / "target")
        self.environment = {**os.environ, "CARGO_TARGET_DIR": str(self.target), "RUST_BACKTRACE": "0"}

    def bring(self, name, content, original=None):
        """Writes a file unless it has this content, so that cargo builds only what has changed."""
        path = self.copy / name
        if path.is_file() and path.read_bytes() == content:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        if original:
            shutil.copymode(original, path)

    def write(self, name, text):
        self.bring(name, text.encode())

    def sources(self, mutants):
        return {file: schemata.Source(file, self.texts[file].decode()) for file in {mutant.file for mutant in mutants}}

    def rewrite(self, sources, sites, viable, single=None):
        """Writes all sources. Returns the places of the rewritten ones."""
        places = {}
        for name, content in self.texts.items():
            if name in sources:
                text, places[name] = schemata.rewritten(sources[name], viable, single)
                self.write(name, text)
            elif name == "src/lib.rs":
                self.write(name, content.decode() + "\npub mod active_mutant;\n")
            else:
                self.bring(name, content)
        self.write("src/active_mutant.rs", schemata.MODULE.replace("SITES", str(max(len(sites), 1))))
        return places

    def cargo(self, *arguments):
        """Runs cargo. Returns its messages, and the compiler's errors among them."""
        process = subprocess.run(
            ["cargo", *arguments, *PROFILE], cwd=self.copy, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        messages = [json.loads(line) for line in process.stdout.splitlines() if line.startswith("{")]
        errors = [m["message"] for m in messages if m["reason"] == "compiler-message" and m["message"]["level"].startswith("error")]
        if process.returncode and not errors:
            sys.exit(process.stderr)
        return messages, errors

    def build(self, kind):
        """Builds the unit tests (`lib`) or the integration tests (`test`). Returns the program's path, and the compiler's errors."""
        messages, errors = self.cargo("test", "--no-run", *(["--lib"] if kind == "lib" else ["--test", "integration"]))
        for message in messages:
            if message["reason"] == "compiler-artifact" and message["executable"] and kind in message["target"]["kind"]:
                return Path(message["executable"]), errors
        return None, errors


def places_of(error, places):
    """The rewritten places that an error names, the primary ones first. In a macro, the place of its use."""
    found = []
    for span in sorted(error["spans"], key=lambda span: not span["is_primary"]):
        while span:
            for place in places.get(span["file_name"], []):
                if place.first <= span["line_start"] <= place.last:
                    found.append(place)
            span = span["expansion"] and span["expansion"]["span"]
    return found


def joint_build(project, sources, sites):
    """Removes mutants from the joint build until the unit tests compile. Returns those that stay, and the unviable mutants with their errors."""
    joint = {mutant.number for site in sites if not site.alone for mutant in site.mutants}
    unviable = {}
    for attempt in range(1, 30):
        places = project.rewrite(sources, sites, joint)
        program, errors = project.build("lib")
        print(f"build {attempt}: {len(joint)} mutants, {len(errors)} errors", flush=True)
        if program:
            return joint, unviable
        before = len(joint)
        for error in errors:
            for place in culprits(error, places, sites):
                blame(error, place, joint, unviable)
        joint -= {mutant.number for site in sites if site.alone for mutant in site.mutants}
        if len(joint) == before:
            sys.exit("errors that no mutant explains:\n" + "".join(error["rendered"] for error in errors))
    sys.exit("the joint build does not settle")


def culprits(error, places, sites):
    """The place that an error comes from: the first one it names, or functions that a constant uses and that are not const any more."""
    code = (error["code"] or {}).get("code")
    if code == "E0015":
        names = {name.split("::")[-1] for name in re.findall(r"`([\w:<>, ]+)`", error["message"])}
        lost = [site for site in sites if site.is_const and not site.alone and site.mutants[0].function.split("::")[-1] in names]
        if lost:
            return [schemata.Place(0, 0, site) for site in lost]
    return places_of(error, places)[:1]


def blame(error, place, joint, unviable):
    site, mutant = place.site, place.mutant
    # Arms of a function that returns `impl Trait` have different types, although each compiles by itself.
    if mutant is None or site.returns_impl:
        site.alone = True
        site.silent = site.is_const
    else:
        joint.discard(mutant.number)
        unviable[mutant.number] = error["message"].splitlines()[0]
