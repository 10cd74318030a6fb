"""Sum up the suites of one run of run_tests.sh.

    python test_summary.py build/reports

Reads NAME.status ("exit-code seconds") and, where the suite counts tests, NAME.xml (JUnit, from pytest or
ctest). A cmocka program is counted by its tests, not as one. A suite that failed without a failed test counts
as one failure, one that counts no tests as one test. The last line is 'N passed, N failed, N skipped'; the
exit code is 1 when anything failed or nothing ran.
"""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

CMOCKA_LINE = re.compile(r"^\[\s+(OK|FAILED|SKIPPED|ERROR)\s+\] (\w+)$", re.MULTILINE)
CMOCKA_OUTCOME = {"OK": "passed", "FAILED": "failed", "ERROR": "failed", "SKIPPED": "skipped"}


@dataclass
class Suite:
    """What one suite did; `failures` names the failed tests."""

    name: str
    exit_code: int
    seconds: int
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    failures: list[str] = field(default_factory=list)
    skips: Counter[str] = field(default_factory=Counter)

    def count(self, outcome: str, name: str, reason: str = "") -> None:
        if outcome == "failed":
            self.failed += 1
            self.failures.append(name)
        elif outcome == "skipped":
            self.skipped += 1
            self.skips[reason or "no reason given"] += 1
        else:
            self.passed += 1


def outcome_of(case: ElementTree.Element) -> tuple[str, str]:
    """Return passed, failed or skipped, and the reason of a skip."""
    if case.find("failure") is not None or case.find("error") is not None or case.get("status") == "fail":
        return "failed", ""
    skipped = case.find("skipped")
    if skipped is not None or case.get("status") in ("notrun", "disabled"):
        reason = skipped.get("message", "") if skipped is not None else ""
        return "skipped", reason
    return "passed", ""


def cmocka_outcomes(output: str) -> dict[str, str]:
    """Return the outcome of each test that a cmocka program printed; its closing list repeats failed ones."""
    return {name: CMOCKA_OUTCOME[word] for word, name in CMOCKA_LINE.findall(output)}


def count_case(suite: Suite, case: ElementTree.Element) -> None:
    outcome, reason = outcome_of(case)
    name = f"{case.get('classname', '')}::{case.get('name', '')}"
    inner = cmocka_outcomes(case.findtext("system-out") or "")
    for test, result in inner.items():
        suite.count(
            result, f"{case.get('name')}: {test}", f"{case.get('name')}: {test} (cmocka gives no reason)"
        )
    crashed = outcome == "failed" and "failed" not in inner.values()
    if not inner or crashed:
        suite.count(outcome, name, reason)


def read_suite(status: Path) -> Suite:
    exit_code, seconds = (int(word) for word in status.read_text(encoding="utf-8").split())
    suite = Suite(status.stem, exit_code, seconds)
    report = status.with_suffix(".xml")
    if report.exists():
        for case in ElementTree.parse(report).iter("testcase"):
            count_case(suite, case)
    elif suite.exit_code == 0:
        suite.count("passed", suite.name)
    if suite.exit_code != 0 and suite.failed == 0:
        suite.count("failed", f"the suite ended with exit code {suite.exit_code}")
    return suite


def render(suites: list[Suite]) -> str:
    lines = ["", f"{'suite':12} {'passed':>7} {'failed':>7} {'skipped':>8} {'seconds':>8}"]
    for suite in suites:
        verdict = "" if suite.failed == 0 else "  FAILED"
        lines.append(
            f"{suite.name:12} {suite.passed:7} {suite.failed:7} {suite.skipped:8} {suite.seconds:8}{verdict}"
        )
    for suite in suites:
        lines += [f"FAILED  {suite.name}: {failure}" for failure in suite.failures]
        lines += [f"skipped {suite.name}: {count} x {reason}" for reason, count in suite.skips.items()]
    passed, failed, skipped = (
        sum(getattr(suite, key) for suite in suites) for key in ("passed", "failed", "skipped")
    )
    return "\n".join([*lines, "", f"{passed} passed, {failed} failed, {skipped} skipped"])


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    statuses = sorted(Path(arguments[0]).glob("*.status"), key=lambda path: path.stat().st_mtime_ns)
    suites = [read_suite(status) for status in statuses]
    print(render(suites))
    ran = bool(suites)
    return 0 if ran and all(suite.failed == 0 for suite in suites) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
