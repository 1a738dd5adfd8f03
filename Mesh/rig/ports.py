"""Ports: finding free ones, and naming the process behind a taken one."""

import os
import re
import socket

_given = set()


def free_port():
    """A port of 127.0.0.1 that nothing listens on now, and that this process has not been given before."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port not in _given:
            _given.add(port)
            return port


def listener_inode(port):
    """The inode of the socket that listens on a local TCP port, or None."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = open(table).read().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            field = line.split()
            listening = field[3] == "0A"
            if listening and int(field[1].rsplit(":", 1)[1], 16) == port:
                return field[9]
    return None


def holder(port):
    """(pid, command line) of the process that listens on a port; (None, "") if it cannot be seen; None if free."""
    inode = listener_inode(port)
    if inode is None:
        return None
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            for fd in os.listdir(f"/proc/{pid}/fd"):
                if os.readlink(f"/proc/{pid}/fd/{fd}") == f"socket:[{inode}]":
                    command = open(f"/proc/{pid}/cmdline", "rb").read()
                    return int(pid), re.sub(r"\0+", " ", command.decode(errors="replace")).strip()
        except OSError:
            continue
    return None, ""


def is_listening(port):
    return listener_inode(port) is not None
