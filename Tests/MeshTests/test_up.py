"""Mesh/up tells what really happened, and leaves nothing behind."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

from rig.ports import holder, is_listening

ROOT = pathlib.Path(__file__).resolve().parents[2]
PORTS = (18080, 15106, 19090, 15190, 15192)


def up(binary, *arguments):
    done = subprocess.run([ROOT / "Mesh/up", "--sidecar", binary, *arguments], capture_output=True, text=True,
                          timeout=60, cwd=ROOT)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(autouse=True)
def nothing_left():
    busy = {port: holder(port) for port in PORTS if is_listening(port)}
    assert not busy, f"the demo's ports are taken before the test: {busy}"
    yield
    left = {port: holder(port) for port in PORTS if is_listening(port)}
    assert not left, f"left running: {left}"


def test_story_of_a_message_that_arrives(binary):
    status, story, problems = up(binary)
    assert status == 0, story + problems
    for part in ("✔ signature verified", "✔ tenant               acme", "spiffe://mesh.test/service/edge",
                 "✔ same bytes", "✔ trace", "✔ flow", "200: delivered", "The message arrived."):
        assert part in story, part
    assert "✘" not in story and "\033" not in story


@pytest.mark.parametrize("fault,told,untold", [
    ("wrong-secret", ["✘ signature refused", "webhook.signature_invalid", "401"], ["✔ signature verified", "✔ same bytes"]),
    ("backend-down", ["✔ signature verified", "✘ not delivered", "upstream.connect_failed", "503"], ["✔ same bytes"]),
    ("hop-missing", ["✔ signature verified", "✘ hop missing", "upstream.connect_failed", "503"],
     ["✔ peer proved to be", "✔ same bytes"]),
])
def test_story_of_a_message_that_does_not(binary, fault, told, untold):
    status, story, _ = up(binary, "--fault", fault)
    assert status == 1
    for part in told:
        assert part in story, f"{part!r} in:\n{story}"
    for part in untold:
        assert part not in story, part
    assert "The message did not arrive." in story


def test_taken_port_is_named_with_its_process(binary):
    squatter = subprocess.Popen([sys.executable, "-c", "import socket, time\ns = socket.create_server(('127.0.0.1', "
                                 "15106))\nprint('there', flush=True)\ntime.sleep(60)"], stdout=subprocess.PIPE)
    try:
        squatter.stdout.readline()
        status, story, problems = up(binary)
    finally:
        squatter.kill()
        squatter.wait()
    assert status not in (0, None) and not story
    assert "15106" in problems and str(squatter.pid) in problems


def test_kept_mesh_takes_its_three_commands(binary):
    status, story, problems = up(binary, "--keep")
    try:
        assert status == 0, story + problems
        commands = re.findall(r"^      ((?:curl|kill) .*)$", story, re.M)
        assert len(commands) == 3
        answers = [subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=ROOT).stdout
                   for command in commands]
    finally:
        stopped = subprocess.run([ROOT / "Mesh/up", "--stop"], capture_output=True, text=True, cwd=ROOT)
    assert "HTTP/1.1 401" in answers[0] and "webhook.signature_invalid" in answers[0]
    assert "HTTP/1.1 403" in answers[1] and "webhook.tenant_unknown" in answers[1]
    assert "HTTP/1.1 503" in answers[2]
    assert stopped.returncode == 0 and "edge sidecar" in stopped.stdout


def test_missing_binary_is_told(tmp_path):
    status, _, problems = up(tmp_path / "nothing-here")
    assert status == 1 and "nothing-here" in problems
    assert not os.path.exists(tmp_path / "nothing-here")
