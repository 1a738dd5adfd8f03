"""What must hold, what is wished for, and the table that says which does."""

import dataclasses

# (work, peer) → (limit that a release must keep, goal of the design): our CPU time per request over the peer's.
RATIOS = {
    ("h1", "haproxy"): (0.85, 0.80),
    ("h1", "nginx"): (0.80, 0.75),
    ("h1", "envoy"): (0.35, 0.33),
    ("mtls", "haproxy"): (0.85, 0.80),
    ("mtls", "envoy"): (0.37, 0.35),
}
# What a feature may cost, as CPU time per request with it over the same without.
FEATURES = {"access log": 1.10}
# The same with a collector that does not answer, over one that does.
DEAD_COLLECTOR = 1.03
# p99 of requests on established connections beside 1,000 handshakes a second, over the same without them.
FLOOD = 2.0
IDLE_MB, IDLE_CONNECTION_BYTES, BINARY_MB, CALLS = 8, 600, 12, 4.2

PASS, FAIL, NOISY, SEEN = "pass", "FAIL", "noisy", "-"
EXIT_FAILED, EXIT_NOISY = 1, 75


@dataclasses.dataclass
class Row:
    what: str
    value: str
    limit: str
    verdict: str
    note: str = ""


def counted(what, value, limit, unit, digits=1, note=""):
    verdict = PASS if value <= limit else FAIL
    return Row(what, f"{value:.{digits}f} {unit}", f"≤ {limit:g} {unit}", verdict, note)


def seen(what, value, unit, note=""):
    """A figure without a limit."""
    return Row(what, f"{value:.0f} {unit}", "", SEEN, note)


def ratio(work, peer, measured, ours_us, peer_us, ours_user_us):
    """One paired ratio, with what lies between it and the design's goal."""
    limit, goal = RATIOS.get((work, peer), (None, None))
    value = f"{measured.median:.3f} (±{measured.spread * 50:.1f} %)"
    if limit is None:
        return Row(f"{work} / {peer}", value, "", NOISY if measured.noisy else SEEN)
    verdict = NOISY if measured.noisy else PASS if measured.median <= limit else FAIL
    over = ours_us * (1 - goal / measured.median)
    if measured.median <= goal:
        note = f"goal {goal} reached"
    else:
        note = (f"goal {goal}: {over:.2f} us a request too much; of our {ours_us:.2f} us about "
                f"{ours_user_us:.2f} are user time, the rest kernel")
    return Row(f"{work} / {peer}", value, f"≤ {limit}", verdict, note)


def feature(name, measured, with_us, without_us, limit=None, over="off"):
    limit = limit or FEATURES.get(name)
    value = f"{measured.median:.3f} (±{measured.spread * 50:.1f} %)"
    verdict = NOISY if measured.noisy else SEEN if limit is None else PASS if measured.median <= limit else FAIL
    return Row(f"{name} / {over}", value, f"≤ {limit:.2f}" if limit else "", verdict,
               f"{with_us - without_us:+.2f} us a request on {without_us:.2f}")


def flooded(name, ratio, is_gate, told):
    verdict = SEEN if not is_gate else PASS if ratio <= FLOOD else FAIL
    return Row(f"p99 in a handshake flood, {name}", f"{ratio:.2f} x", f"≤ {FLOOD:g} x" if is_gate else "", verdict, told)


def paced(rate, name, each):
    """`each`: median of every field of the rounds."""
    reached = "" if each["per_second"] > 0.99 * rate else f"; only {each['per_second']:,.0f} a second were answered"
    return Row(f"p99 at {rate:,}/s, {name}", f"{each['p99_us']:.0f} us", "", SEEN,
               f"p50 {each['p50_us']:.0f}, p99.9 {each['p999_us']:.0f} us{reached}")


def over_floor(work, measured, floor_us, others):
    """How far each is above the bare relay, and what share of each peer's time the floor alone is."""
    above = ", ".join(
        f"{name} {us - floor_us:+.1f} us (the floor is {floor_us / us:.3f} of it)" for name, us in others.items())
    return Row(f"{work} / bare relay", f"{measured.median:.3f} (±{measured.spread * 50:.1f} %)", "",
               NOISY if measured.noisy else SEEN, f"floor {floor_us:.1f} us; above it: {above}")


def table(rows):
    widths = [max(len(getattr(row, field)) for row in rows) for field in ("what", "value", "limit", "verdict")]
    lines = []
    for row in [Row("what", "value", "limit", "verdict"), *rows]:
        cells = (row.what, row.value, row.limit, row.verdict)
        line = "  ".join(cell.ljust(width) for cell, width in zip(cells, [max(w, 7) for w in widths]))
        lines.append(f"{line}  {row.note}".rstrip())
    return "\n".join(lines)


def exit_status(rows):
    """A failure is one whatever else is noisy; noise alone decides nothing: repeat it."""
    verdicts = {row.verdict for row in rows if row.limit}
    return EXIT_FAILED if FAIL in verdicts else EXIT_NOISY if NOISY in verdicts else 0
