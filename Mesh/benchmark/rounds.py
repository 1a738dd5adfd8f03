"""Interleaved rounds, and the paired ratios that decide."""

import statistics
import sys

NOISE = 0.10  # spread of the paired ratios, IQR over median, above which a result is neither pass nor fail


def interleave(targets, count, measure):
    """{name: [round, …]}: every target once a round, in reverse order in odd rounds."""
    results = {target.name: [] for target in targets}
    for target in targets:
        measure(target, 1)  # warm: pools filled, pages touched; not counted
    terminal = sys.stderr.isatty()
    for i in range(count):
        if terminal:
            print(f"\r  round {i + 1}/{count} ", end="", file=sys.stderr, flush=True)
        for target in targets if i % 2 == 0 else reversed(targets):
            results[target.name].append(measure(target))
    if terminal:
        print("\r\033[K", end="", file=sys.stderr)
    return results


class Ratio:
    """Our CPU time over a peer's, each pair from the same round: what the machine did to one it did to both."""

    def __init__(self, ours, peers):
        pairs = sorted(a.cpu_us / b.cpu_us for a, b in zip(ours, peers, strict=True))
        self.median = statistics.median(pairs)
        low, _, high = statistics.quantiles(pairs, n=4, method="inclusive") if len(pairs) > 1 else (pairs * 3)
        self.spread = (high - low) / self.median

    @property
    def noisy(self):
        return self.spread > NOISE


def median(rounds, field):
    return statistics.median(getattr(r, field) for r in rounds)
