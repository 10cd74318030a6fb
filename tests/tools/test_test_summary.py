from __future__ import annotations

from pathlib import Path

import pytest
import test_summary

PYTEST_XML = """<testsuites><testsuite>
<testcase classname="tests.a" name="test_one"/>
<testcase classname="tests.a" name="test_two"><failure message="no"/></testcase>
<testcase classname="tests.a" name="test_three"><skipped message="needs tmux"/></testcase>
<testcase classname="tests.a" name="test_four"><error message="fixture"/></testcase>
</testsuite></testsuites>"""
CMOCKA_GOOD = "[ RUN      ] test_x\n[       OK ] test_x\n[ RUN      ] test_y\n[       OK ] test_y\n"
CMOCKA_BAD = (
    "[ RUN      ] test_x\n[  FAILED  ] test_x\n[ RUN      ] test_y\n[       OK ] test_y\n"
    "[  FAILED  ] tests: 1 test(s), listed below:\n[  FAILED  ] test_x\n 1 FAILED TEST(S)\n"
)


def ctest_xml(output: str, status: str) -> str:
    failure = '<failure message=""/>' if status == "fail" else ""
    return (
        f'<testsuite><testcase name="base/buffer" classname="base/buffer" status="{status}">{failure}'
        f"<system-out>{output}</system-out></testcase></testsuite>"
    )


def write_suite(folder: Path, name: str, exit_code: int, report: str | None = None) -> None:
    (folder / f"{name}.status").write_text(f"{exit_code} 7\n", encoding="utf-8")
    if report is not None:
        (folder / f"{name}.xml").write_text(report, encoding="utf-8")


def closing_line(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out.splitlines()[-1]


def test_pytest_outcomes_are_counted_and_failures_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_suite(tmp_path, "e2e", 1, PYTEST_XML)
    assert test_summary.main([str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert "FAILED  e2e: tests.a::test_two" in out
    assert "skipped e2e: 1 x needs tmux" in out
    assert out.splitlines()[-1] == "1 passed, 2 failed, 1 skipped"


def test_a_cmocka_program_counts_as_its_tests(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_suite(tmp_path, "dev", 0, ctest_xml(CMOCKA_GOOD, "run"))
    assert test_summary.main([str(tmp_path)]) == 0
    assert closing_line(capsys) == "2 passed, 0 failed, 0 skipped"


def test_a_failed_cmocka_test_counts_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_suite(tmp_path, "dev", 8, ctest_xml(CMOCKA_BAD, "fail"))
    assert test_summary.main([str(tmp_path)]) == 1
    assert closing_line(capsys) == "1 passed, 1 failed, 0 skipped"


def test_a_program_that_crashed_after_good_tests_is_a_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_suite(tmp_path, "asan", 8, ctest_xml(CMOCKA_GOOD + "ERROR: AddressSanitizer\n", "fail"))
    assert test_summary.main([str(tmp_path)]) == 1
    assert closing_line(capsys) == "2 passed, 1 failed, 0 skipped"


def test_a_suite_that_failed_without_a_report_is_a_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_suite(tmp_path, "lint", 1)
    assert test_summary.main([str(tmp_path)]) == 1
    assert closing_line(capsys) == "0 passed, 1 failed, 0 skipped"


def test_a_suite_that_counts_no_tests_is_one_test(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_suite(tmp_path, "lint", 0)
    assert test_summary.main([str(tmp_path)]) == 0
    assert closing_line(capsys) == "1 passed, 0 failed, 0 skipped"


def test_no_suite_at_all_is_not_a_success(tmp_path: Path) -> None:
    assert test_summary.main([str(tmp_path)]) == 1
