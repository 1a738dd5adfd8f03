"""Processes that a command starts and always stops, each by its own id."""

import atexit
import ctypes
import os
import signal
import subprocess
import time

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)
_running = []


class Failed(Exception):
    """Something a person can act on; the command prints it and ends non-zero."""


def _end_with_parent():
    # Even a killed command leaves nothing behind.
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Process:
    """One started program with its output in a file."""

    def __init__(self, name, command, log, cores=None, environment=None, detached=False, stdin=subprocess.DEVNULL,
                 stdout=None):
        self.name = name
        self.log = str(log)
        if cores is not None:
            command = ["taskset", "-c", str(cores), *command]
        output = open(self.log, "ab")
        self.process = subprocess.Popen(
            [str(part) for part in command], stdin=stdin, stdout=stdout or output, stderr=output,
            env=environment, text=stdout is not None, start_new_session=True,
            preexec_fn=None if detached else _end_with_parent)
        output.close()
        if not detached:
            _running.append(self)

    @property
    def pid(self):
        return self.process.pid

    def alive(self):
        return self.process.poll() is None

    def tail(self, lines=15):
        try:
            text = open(self.log, errors="replace").read()
            return "\n".join(line[:400] for line in text.splitlines()[-lines:])
        except OSError:
            return ""

    def stop(self, patience=5.0):
        """Asks to end, waits, then kills. Returns the exit status."""
        if self.alive():
            self.process.terminate()
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                self.process.kill()
        status = self.process.wait()
        if self in _running:
            _running.remove(self)
        return status

    def wait_until(self, ready, seconds, what):
        """Polls `ready` until it is true; a process that ends or takes too long is a failure told with its log."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if ready():
                return
            if not self.alive():
                raise Failed(f"{self.name} ended with status {self.process.returncode} before it was {what}:\n"
                             f"{self.tail()}")
            time.sleep(0.02)
        raise Failed(f"{self.name} was not {what} within {seconds:g} s:\n{self.tail()}")


@atexit.register
def stop_all():
    for process in reversed(list(_running)):
        process.stop()


def stop_on_signals():
    """Ctrl-C and SIGTERM end the command through its normal way out, which stops what it started."""
    def leave(number, _):
        raise SystemExit(128 + number)
    signal.signal(signal.SIGINT, leave)
    signal.signal(signal.SIGTERM, leave)


def family(pid):
    """A process and all its descendants."""
    members = [pid]
    for member in members:
        try:
            for task in os.listdir(f"/proc/{member}/task"):
                members += map(int, open(f"/proc/{member}/task/{task}/children").read().split())
        except OSError:
            continue
    return members
