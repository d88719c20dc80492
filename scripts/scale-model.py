#!/usr/bin/env python3
"""The model of docs/scale.md: predicted efficiency of training with several ranks, as its table.

  python3 scripts/scale-model.py

Every figure that goes in was measured, and stands below with where it comes from.
"""

import math

# Seconds of one batch on one core, and floats that travel, by `zk-mpi train --dry-run`.
MODELS = {"tiny": (0.43, 12_634_938), "base": (6.6, 52_529_130)}
# Adding what has come, on one core: bytes a second of `zk_axpy` over memory, measured on base: the
# exchange of 2 ranks that share memory took 0.80 s for 2 × 210 MB.
LOCAL = 2 * 4 * 52_529_130 / 0.80


def step(compute, floats, ranks, bits):
    """Seconds of an update of as many batches as there are ranks.

    Gradients go up a tree and weights down one, each in log2(ranks) rounds in which a rank's line
    carries all of them once; a line cannot be faster than memory on one machine is.
    """
    rounds = math.ceil(math.log2(ranks))
    return compute + 2 * rounds * 4 * floats / min(bits / 8, LOCAL)


def main():
    counts = [2, 4, 8, 16, 32, 64]
    print("| model, batches a rank | Gbit/s | " + " | ".join(map(str, counts)) + " |")
    print("|---|---|" + "---|" * len(counts))
    for name, (compute, floats) in MODELS.items():
        for batches in (1, 8):
            for gigabits in (1, 10, 100):
                shares = [
                    batches * compute / step(batches * compute, floats, ranks, gigabits * 1e9)
                    for ranks in counts]
                cells = " | ".join(f"{100 * share:.0f} %" for share in shares)
                print(f"| {name}, {batches} | {gigabits} | {cells} |")


if __name__ == "__main__":
    main()
