"""Checks what the compiler does not: which module may import which, and names that the data plane may not use.

The table is the design's: a module imports only lower layers, never its own and never upward.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
#: What each target may import besides Substrate, JSON and the standard library.
MAY_IMPORT = {
    "Substrate": set(),
    "JSON": set(),
    "MeshModel": {"CYAML"},
    "Telemetry": set(),
    "Reactor": {"CLinux"},
    "Cryptography": {"COpenSSL"},
    "HTTPWire": set(),
    "HTTPTransport": {"Reactor", "Cryptography", "HTTPWire"},
    "Policy": {"MeshModel", "Cryptography"},
    "Sidecar": {"MeshModel", "Telemetry", "Reactor", "Cryptography", "HTTPWire", "HTTPTransport", "Policy"},
    "outrigger-sidecar": {"Sidecar"},
}
EVERYONE = {"Glibc", "Synchronization"}
EXCEPT_SUBSTRATE = {"Substrate", "JSON"}
#: Files that may use a dictionary: what runs when a configuration is read, never for a request.
DICTIONARIES = (ROOT / "Mesh/checks/dictionaries.allow").read_text().split("\n")
#: Names that no target of the sidecar may use: time and randomness are arguments, threads are its own.
FORBIDDEN = {
    "ContinuousClock": r"\bContinuousClock\b",
    "SuspendingClock": r"\bSuspendingClock\b",
    "SystemRandomNumberGenerator": r"\bSystemRandomNumberGenerator\b",
    "Task": r"\bTask\s*(?:\{|\.|\()",
    "Dictionary": r"\bDictionary\b|\[\s*[A-Z][\w.]*\??\s*:\s*(?:any\s+)?[\[(A-Z][^\]]*\]",
}
IMPORT = re.compile(r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?"
                    r"import\s+(?:(?:struct|enum|class|func|protocol|typealias|var|let)\s+)?(\w+)", re.M)


def code_of(text):
    """The text with comments and string literals blanked, line for line."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group(0))
    return re.sub(r'"""(?:\\.|[^\\])*?"""|"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*.*?\*/', blank, text, flags=re.S)


def problems_of(path):
    target = path.relative_to(ROOT / "Sources").parts[0]
    name = str(path.relative_to(ROOT))
    code = code_of(path.read_text())

    def line(match):
        return f"{name}:{code.count(chr(10), 0, match.start()) + 1}"
    if target not in MAY_IMPORT:
        yield f"{name}: target {target} is not in the table of layers"
        return
    allowed = MAY_IMPORT[target] | EVERYONE | (EXCEPT_SUBSTRATE if target not in EXCEPT_SUBSTRATE else
                                               {"Substrate"} - {target})
    for match in IMPORT.finditer(code):
        module = match.group(1)
        if module not in allowed:
            yield f"{line(match)}: {target} may not import {module}"
    for what, pattern in FORBIDDEN.items():
        if what == "Dictionary" and name in DICTIONARIES:
            continue
        for match in re.finditer(pattern, code):
            yield f"{line(match)}: {what} is not for the data plane: {match.group(0).strip()}"


def main():
    files = sorted((ROOT / "Sources").rglob("*.swift"))
    problems = [problem for path in files for problem in problems_of(path)]
    known = {str(path.relative_to(ROOT)) for path in files}
    problems += [f"Mesh/checks/dictionaries.allow: {name} is not there" for name in DICTIONARIES
                 if name and not name.startswith("#") and name not in known]
    print("\n".join(problems) or f"{len(files)} files keep to their layers.")
    return 1 if problems or not files else 0


if __name__ == "__main__":
    sys.exit(main())
