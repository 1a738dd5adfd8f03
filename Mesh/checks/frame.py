"""What every check has in common: the tree it reads, how it reports, and its own test.

A check yields problems, one line each. Its plants are violations that its self-test puts into a temporary copy of the
tree, one at a time: each must be reported there, and must not have been before.
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
#: Folders that builds and tools leave behind.
LEFT_OUT = re.compile(r"^(\.build.*|\.git|\.venv.*|__pycache__|.*\.egg-info)$")
OKAY, REFUSED, UNUSABLE = 0, 1, 2


class Unusable(Exception):
    """The check could not look: a tool or the binary is missing. Never counted as passed."""


class Plant:
    """One violation: the text of a file that the check must refuse, or a change of a file that is there."""

    def __init__(self, path, text, replacing=None):
        self.path, self.text, self.replacing = path, text, replacing

    def sow(self, root):
        path = root / self.path
        path.parent.mkdir(parents=True, exist_ok=True)
        if self.replacing is None:
            path.write_text(self.text)
            return
        before = path.read_text()
        after = before.replace(self.replacing, self.text, 1)
        if after == before:
            raise Unusable(f"{self.path} holds no {self.replacing!r} to change")
        path.write_text(after)


def files(root, *folders, ends=None):
    """The files below `folders`, sorted, as (path from the root, path)."""
    for folder in folders:
        start = root / folder
        found = [start] if start.is_file() else sorted(start.rglob("*"))
        for path in found:
            parts = path.relative_to(root).parts
            if any(LEFT_OUT.match(part) for part in parts) or not path.is_file():
                continue
            if ends is None or path.name.endswith(ends):
                yield str(path.relative_to(root)), path


_TOKEN = re.compile(r'"""(?:\\.|[^\\])*?"""|"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*.*?\*/', re.S)


def code_of(text):
    """Swift or C with comments and the content of strings blanked, so that lines keep their numbers."""
    return _TOKEN.sub(lambda match: re.sub(r"[^\n]", " ", match.group(0)), text)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def output_of(*command):
    try:
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, errors="replace")
    except FileNotFoundError:
        raise Unusable(f"{command[0]} is not installed") from None
    return done.returncode, done.stdout, done.stderr


def compile_c(directory, name, source):
    """A small program for plants that are binaries."""
    program, text = directory / name, directory / f"{name}.c"
    text.write_text(source)
    for compiler in ("cc", "gcc", "clang"):
        if shutil.which(compiler):
            status, _, errors = output_of(compiler, "-O0", "-o", program, text)
            if status:
                raise Unusable(f"{compiler} could not build a plant: {errors.strip()}")
            return program
    raise Unusable("no C compiler for the self-test")


def self_test(name, find, plants, options, scope):
    """Sows each plant alone in a copy and looks whether `find` sees it. Returns an exit status."""
    missed = 0
    with tempfile.TemporaryDirectory(prefix="outrigger-check-") as directory:
        clean = pathlib.Path(directory) / "clean"
        clean.mkdir()
        for part in scope:
            source, target = ROOT / part, clean / part
            if source.is_dir():
                shutil.copytree(source, target, ignore=lambda _, names: [n for n in names if LEFT_OUT.match(n)])
            elif source.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, target)
        before = set(find(clean, options))
        for index, plant in enumerate(plants):
            copy = pathlib.Path(directory) / f"copy-{index}"
            shutil.copytree(clean, copy)
            plant.sow(copy)
            new = [problem for problem in find(copy, options) if problem not in before]
            seen = [problem for problem in new if plant.path in problem]
            if seen:
                print(f"  seen   {seen[0]}")
            else:
                missed += 1
                print(f"  MISSED {plant.path}: {plant.text[:60]!r}; reported: {new[:2]}")
            shutil.rmtree(copy)
    print(f"{name}: {len(plants) - missed} of {len(plants)} planted violations seen")
    return REFUSED if missed or not plants else OKAY


def run(name, what, find, plants=(), scope=("Sources", "Tests", "Mesh", "Package.swift"), binary=False, notes=None,
        test=None):
    """The whole of a check's command line.

    find(root, options) yields problems. notes(root, options) yields lines that are printed and refuse nothing.
    test(options) replaces the self-test by plants, and returns (seen, sown).
    """
    parser = argparse.ArgumentParser(prog=f"Mesh/checks/{name}", description=what)
    parser.add_argument("--self-test", action="store_true", help="plant violations in a copy and see them refused")
    if binary:
        parser.add_argument("--binary", type=pathlib.Path, default=ROOT / ".build/release/outrigger-sidecar",
                            help="the release program, statically linked, not stripped")
    options = parser.parse_args()
    try:
        if options.self_test:
            status = self_test(name, find, plants, options, scope) if plants else OKAY
            if test is not None:
                seen, sown = test(options)
                print(f"{name}: {seen} of {sown} planted programs seen")
                status = max(status, OKAY if seen == sown else REFUSED)
            sys.exit(status)
        problems = list(find(ROOT, options))
        for note in notes(ROOT, options) if notes else ():
            print(f"note: {note}")
    except Unusable as reason:
        print(f"Mesh/checks/{name}: {reason}", file=sys.stderr)
        sys.exit(UNUSABLE)
    for problem in problems:
        print(problem)
    print(f"{name}: {len(problems)} violations" if problems else f"{name}: {what}: holds")
    sys.exit(REFUSED if problems else OKAY)
