"""Reading a sidecar's access log: one JSON object a line."""

import json
import time


def records(path, offset=0):
    """The whole lines after a byte offset."""
    try:
        with open(path, "rb") as file:
            file.seek(offset)
            lines = file.read().split(b"\n")[:-1]
    except FileNotFoundError:
        return []
    return [json.loads(line) for line in lines if line]


def size(path):
    """Where the next record will begin."""
    try:
        with open(path, "rb") as file:
            return file.seek(0, 2)
    except FileNotFoundError:
        return 0


def wait_for(path, count, offset=0, seconds=5.0):
    """The records after `offset` once there are `count` of them; what there is when the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        found = records(path, offset)
        if len(found) >= count or time.monotonic() > deadline:
            return found
        time.sleep(0.02)
