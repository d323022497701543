"""The results of a run: a table, a file, and the survivors that no one has explained."""

import json
import shlex
import sys
import time
from dataclasses import dataclass
from functools import cached_property

import sample

# Share of the mutants that the tests must catch.
REQUIRED = 0.85


@dataclass
class Report:
    options: object
    mutants: list
    # By the number of the mutant.
    verdicts: dict
    # Mutants that were drawn and do not compile, with the compiler's errors.
    unviable: list
    tests: int
    seconds: float

    def count(self, result, area=""):
        return sum(m.file.startswith(area) and self.verdicts[m.number].result == result for m in self.mutants)

    @cached_property
    def survivors(self):
        return sorted((m for m in self.mutants if self.verdicts[m.number].result == "survived"), key=lambda m: (m.file, m.span))

    @property
    def share(self):
        return 1 - len(self.survivors) / max(len(self.mutants), 1)

    def unexplained(self, page):
        """Survivors without a row in the page."""
        rows = page.read_text().splitlines() if page.exists() else []
        return [mutant for mutant in self.survivors if not any(row.startswith(mutant.row()) for row in rows)]

    def good(self, page):
        return self.share >= REQUIRED and not self.unexplained(page)

    def summary(self, page):
        lines = ["", "| modules | caught | timeout | survived | do not compile |", "|---|---|---|---|---|"]
        for area in [*sample.AREAS, ""]:
            unviable = sum(mutant.file.startswith(area) for mutant, _ in self.unviable)
            counts = [self.count(result, f"{area}/" if area else "") for result in ("caught", "timeout", "survived")]
            lines.append(f"| {f'`{area}`' if area else 'together'} | " + " | ".join(map(str, [*counts, unviable])) + " |")
        lines += ["", f"{self.share:.1%} of {len(self.mutants)} mutants caught by {self.tests} tests, in {self.seconds / 60:.0f} minutes."]
        unexplained = self.unexplained(page)
        if unexplained:
            lines += ["", f"Survivors without a row in {page.name}; write a test, or a row with the reason:"]
            lines += [f"{mutant.row()}   line {mutant.line}, {self.verdicts[mutant.number].tests} tests reach it" for mutant in unexplained]
        return "\n".join(lines)

    def json(self):
        entries = []
        for mutant in self.mutants:
            verdict = self.verdicts[mutant.number]
            entries.append(
                {"id": mutant.id, "line": mutant.line, "result": verdict.result, "by": verdict.by, "tests": verdict.tests}
            )
        document = {
            "command": shlex.join(sys.argv),
            "date": time.strftime("%Y-%m-%d"),
            "seed": self.options.seed,
            "seconds": round(self.seconds),
            "counts": {result: self.count(result) for result in ("caught", "timeout", "survived")} | {"unviable": len(self.unviable)},
            "mutants": entries,
            "unviable": {mutant.id: error for mutant, error in self.unviable},
        }
        return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
