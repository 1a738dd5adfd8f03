"""Counts the tests of a run from the runners' own closing lines, and prints one line of the sum.

    count.py LOG_DIRECTORY [FAILED_STEP…]
"""

import pathlib
import re
import sys


def swift(text):
    """(passed, failed) of Swift Testing's closing line."""
    passed = failed = 0
    for count, outcome, issues in re.findall(
            r"Test run with (\d+) tests?.*? (passed|failed) after [^\n]*?(?: with (\d+) issues?)?\.?\n", text):
        bad = len(set(re.findall(r"^✘ Test (.+?) failed after", text, re.M))) if outcome == "failed" else 0
        passed, failed = passed + int(count) - bad, failed + bad
    return passed, failed


def pytest(text):
    """(passed, failed) of pytest's closing line; an error counts as a failure."""
    lines = re.findall(r"^=* ?((?:\d+ \w+,? ?)+) in [\d.]+s.*$", text, re.M)
    counts = dict((word.rstrip("s"), int(n)) for n, word in re.findall(r"(\d+) (\w+)", lines[-1])) if lines else {}
    return counts.get("passed", 0), counts.get("failed", 0) + counts.get("error", 0) + counts.get("skipped", 0)


def simulation(text):
    """(passed, failed) of the simulation's closing line: all its seeds together are one test."""
    lines = re.findall(r"^simulation: (\d+) seeds, (\d+) failed", text, re.M)
    seeds, failed = map(int, lines[-1]) if lines else (0, 0)
    return (1, 0) if seeds and not failed else (0, 1)


def fuzz(text):
    """(passed, failed) of the fuzzers' closing line: a target with a finding is a failure."""
    lines = re.findall(r"^fuzz: (\d+) targets without a finding, (\d+) with one", text, re.M)
    return tuple(map(int, lines[-1])) if lines else (0, 0)


def sanitized(text):
    """(passed, failed) of both runners, each once a sanitizer."""
    runs = re.split(r"(?=^=+ test session starts =+$)", text, flags=re.M)
    counts = [swift(text), *map(pytest, runs[1:])]
    return sum(passed for passed, _ in counts), sum(failed for _, failed in counts)


def main():
    logs, failed_steps = pathlib.Path(sys.argv[1]), sys.argv[2:]
    passed = failed = 0
    for name, count in (("unit", swift), ("simulation", simulation), ("fuzz", fuzz), ("mesh", pytest),
                        ("peers", pytest), ("sanitize", sanitized)):
        path = logs / f"{name}.log"
        if path.exists():
            good, bad = count(path.read_text(errors="replace") + "\n")
            print(f"{name}: {good + bad} tests", flush=True)
            passed, failed = passed + good, failed + bad
            if good + bad == 0:
                print(f"{name}: the runner counted no test")
                failed_steps.append(name)
    if failed_steps:
        print("Failed: " + ", ".join(dict.fromkeys(failed_steps)))
        # A step that failed without a failed test (a build, a check) is a failure all the same.
        failed = max(failed, 1)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
