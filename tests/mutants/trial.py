"""Runs the tests: once without a mutant, then those that reach a mutated function with each of its mutants."""

import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

# Unit tests and integration tests, as cargo calls their programs.
KINDS = ("lib", "test")
# Processor time of a test. The few that need more (they change portraits, each process anew) are left out.
SECONDS = 6
# A mutant may allocate in an endless loop.
MEMORY_KILOBYTES = 8_000_000
# Tests that run one by one before the rest runs in groups: most mutants are caught by the nearest tests.
SINGLE = 12
GROUP = 50


@dataclass
class Test:
    kind: str
    name: str
    seconds: float = 0.0
    # Numbers of the sites.
    reaches: set = field(default_factory=set)


class BaselineError(Exception):
    """A test that fails without a mutant."""


@dataclass
class Verdict:
    # caught, timeout or survived
    result: str
    # The tests that caught the mutant.
    by: str = ""
    tests: int = 0


class Trials:
    """The test programs, and the way to start them."""

    def __init__(self, project, scratch, temporary, jobs):
        self.project = project
        self.scratch = scratch
        self.jobs = jobs
        self.programs = {}
        copy = str(project.copy)
        self.environment = {
            **project.environment,
            "CARGO_MANIFEST_DIR": copy,
            "INSTA_WORKSPACE_ROOT": copy,
            "INSTA_UPDATE": "no",
            "TMPDIR": temporary,
            # A rewritten function has the variables of all its bodies.
            "RUST_MIN_STACK": str(32 << 20),
        }

    def excluded(self):
        """Modules of the integration tests that `tests/run quick` leaves out, by the same marks, and those that judge the sources."""
        modules = ["layers"]
        tests = self.project.copy / "tests"
        for path in tests.rglob("*.rs"):
            if re.search(r"^skip_in!\([a-z, ]*quick[a-z, ]*:", path.read_text(), re.MULTILINE):
                module = path.parent if path.name == "mod.rs" else path.with_suffix("")
                modules.append("::".join(module.relative_to(tests).parts))
        return tuple(f"{module}::" for module in modules)

    def tests(self):
        """All tests of the programs, except the ignored ones."""
        found = []
        excluded = self.excluded()
        for kind, program in self.programs.items():

            def names(*options):
                listed = subprocess.run([program, "--list", "--format", "terse", *options], capture_output=True, check=True, text=True)
                return re.findall(r"^(.+): test$", listed.stdout, re.MULTILINE)

            ignored = set(names("--ignored"))
            for name in names():
                if name not in ignored and not (kind == "test" and name.startswith(excluded)):
                    found.append(Test(kind, name))
        return found

    def start(self, tests, limit, processor="unlimited", **variables):
        """Runs tests of one program in one process. Returns the code, or None after a timeout, and the output."""
        limits = f'ulimit -v {MEMORY_KILOBYTES}; ulimit -t {processor}; exec "$0" "$@"'
        command = ["sh", "-c", limits, str(self.programs[tests[0].kind]), "--exact"]
        command += [test.name for test in tests] + ["--test-threads", "1" if len(tests) == 1 else "3"]
        process = subprocess.Popen(
            command,
            cwd=self.project.copy,
            env={**self.environment, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            output, _ = process.communicate(timeout=limit)
            return process.returncode, output.decode(errors="replace")
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return None, ""

    def baseline(self, tests):
        """Runs each test by itself, without a mutant. Returns those that can be used, and ends the run if one fails."""

        def run(test):
            reached = self.scratch / "reached" / f"{test.kind}-{re.sub('[^a-z0-9_]', '-', test.name)[-200:]}"
            reached.parent.mkdir(exist_ok=True)
            reached.unlink(missing_ok=True)
            begin = time.monotonic()
            code, output = self.start([test], 300, SECONDS, LICHTBILD_REACHED=str(reached))
            test.seconds = time.monotonic() - begin
            if code is None or -code in (signal.SIGKILL, signal.SIGXCPU):
                print(f"left out, takes too long: {test.name}", flush=True)
                return False
            if code != 0 or " 1 passed" not in output:
                raise BaselineError(f"{test.name} fails without a mutant:\n{output}")
            if reached.exists():
                test.reaches = {int(number) for number in reached.read_text().split()}
            return True

        with ThreadPoolExecutor(self.jobs) as pool:
            runs = [pool.submit(run, test) for test in tests]
            try:
                return [test for test, usable in zip(tests, runs) if usable.result()]
            except BaselineError as error:
                pool.shutdown(cancel_futures=True)
                sys.exit(str(error))

    def judge(self, mutant, tests):
        """Runs these tests with the mutant until one fails twice, or takes too long."""
        tests = sorted(tests, key=lambda test: (distance(mutant, test), test.seconds))
        for number, test in enumerate(tests[:SINGLE], 1):
            result = self.fails(mutant, test)
            if result:
                return Verdict(result, test.name, number)
        groups = []
        for kind in KINDS:
            rest = [test for test in tests[SINGLE:] if test.kind == kind]
            groups += [rest[at : at + GROUP] for at in range(0, len(rest), GROUP)]
        for group in groups:
            limit = 10 + 5 * sum(test.seconds for test in group)
            code, output = self.start(group, limit, LICHTBILD_MUTANT=str(mutant.number))
            if code == 0:
                continue
            failed = set(re.findall(r"^test (\S+)(?: - should panic)? \.\.\. FAILED$", output, re.MULTILINE))
            # All of them, if the process did not end by itself.
            for test in [test for test in group if test.name in failed] or group:
                result = self.fails(mutant, test)
                if result:
                    return Verdict(result, test.name, len(tests))
        return Verdict("survived", tests=len(tests))

    def fails(self, mutant, test):
        """Runs one test twice if it fails: a test that failed by chance proves nothing."""
        for _ in range(2):
            code, _ = self.start([test], 10 + 5 * test.seconds, LICHTBILD_MUTANT=str(mutant.number))
            if code is None:
                return "timeout"
            if code == 0:
                return None
        return "caught"


def distance(mutant, test):
    """Order of the tests: those in the mutant's file, other unit tests, integration tests."""
    module = mutant.file.removeprefix("src/").removesuffix(".rs").removesuffix("/mod").replace("/", "::")
    if test.kind == "lib":
        return 0 if test.name.startswith(f"{module}::") else 1
    return 2
