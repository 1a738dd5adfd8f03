"""The end-to-end tests' fixtures, for peers that are too large for every run. A missing program is a failure."""

import importlib.util
import pathlib
import sys

MESH_TESTS = pathlib.Path(__file__).resolve().parents[1] / "MeshTests"

_spec = importlib.util.spec_from_file_location("mesh_fixtures", MESH_TESTS / "conftest.py")
mesh_fixtures = importlib.util.module_from_spec(_spec)
sys.modules["mesh_fixtures"] = mesh_fixtures
_spec.loader.exec_module(mesh_fixtures)

from mesh_fixtures import authority, binary, pair, samples, scratch, start, start_once  # noqa: E402, F401
