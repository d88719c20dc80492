#!/usr/bin/env python3
"""The model of docs/scale.md: predicted efficiency of training with several ranks, as its table.

  python3 scripts/scale-model.py              the table
  python3 scripts/scale-model.py FILE.svg     its plot

Every figure that goes in was measured, and stands below with where it comes from.
"""

import math
import sys

# Seconds of one batch on one core, and floats that travel, by `zk-mpi train --dry-run`.
MODELS = {"tiny": (0.43, 12_634_938), "base": (6.6, 52_529_130)}
# Adding what has come, on one core: bytes a second of `zk_axpy` over memory, measured on base: the
# exchange of 2 ranks that share memory took 0.80 s for 2 × 210 MB.
LOCAL = 2 * 4 * 52_529_130 / 0.80
RANKS = [2, 4, 8, 16, 32, 64]
LINES = [1, 10, 100]


def exchange(floats, ranks, gigabits):
    """Seconds in which gradients go up a tree, and as many in which weights come down.

    Each takes log2(ranks) rounds in which a rank's line carries all of them once; a line cannot be
    faster than memory on one machine is.
    """
    return math.ceil(math.log2(ranks)) * 4 * floats / min(gigabits * 1e9 / 8, LOCAL)


def efficiency(name, batches, ranks, gigabits):
    """The share of an update's time in which ranks compute, with so many batches for each."""
    seconds, floats = MODELS[name]
    return batches * seconds / (batches * seconds + 2 * exchange(floats, ranks, gigabits))


def table():
    print("| model, batches a rank | Gbit/s | " + " | ".join(map(str, RANKS)) + " |")
    print("|---|---|" + "---|" * len(RANKS))
    for name in MODELS:
        for batches in (1, 8):
            for gigabits in LINES:
                cells = " | ".join(
                    f"{100 * efficiency(name, batches, ranks, gigabits):.0f} %" for ranks in RANKS)
                print(f"| {name}, {batches} | {gigabits} | {cells} |")


WIDTH, HEIGHT, GAP = 270, 200, 60
CURVES = [("tiny", 1, "#d97706", "6 4"), ("tiny", 8, "#d97706", ""),
          ("base", 1, "#1d4ed8", "6 4"), ("base", 8, "#1d4ed8", "")]


def panel(gigabits, title):
    """One line's curves in a frame of WIDTH × HEIGHT."""
    def x(ranks):
        return WIDTH * (math.log2(ranks) - 1) / (len(RANKS) - 1)

    def y(share):
        return HEIGHT * (1 - share)
    out = [f'<text x="{WIDTH / 2}" y="-12" text-anchor="middle" font-weight="bold">{title}</text>']
    for percent in range(0, 101, 25):
        height = y(percent / 100)
        out.append(f'<path d="M0 {height:g}H{WIDTH}" stroke="#ddd"/>')
        out.append(f'<text x="-6" y="{height + 4:g}" text-anchor="end">{percent} %</text>')
    for ranks in RANKS:
        out.append(
            f'<text x="{x(ranks):g}" y="{HEIGHT + 16}" text-anchor="middle">{ranks}</text>')
    for name, batches, color, dash in CURVES:
        points = " ".join(
            f"{x(ranks):g},{y(efficiency(name, batches, ranks, gigabits)):.1f}" for ranks in RANKS)
        out.append(
            f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="2"'
            + (f' stroke-dasharray="{dash}"' if dash else "") + "/>")
    return out


def plot():
    left, top = 50, 34
    width, height = left + 2 * WIDTH + GAP + 20, top + HEIGHT + 62
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="#fff"/>']
    for index, (gigabits, title) in enumerate([(1, "1 Gbit/s"), (10, "10 Gbit/s and more")]):
        out.append(f'<g transform="translate({left + index * (WIDTH + GAP)} {top})">')
        out += panel(gigabits, title)
        out.append("</g>")
    for index, (name, batches, color, dash) in enumerate(CURVES):
        at, base = left + 148 * index, height - 12
        line = f' stroke-dasharray="{dash}"' if dash else ""
        out.append(
            f'<path d="M{at} {base - 4}h28" stroke="{color}" stroke-width="2"{line}/>'
            f'<text x="{at + 34}" y="{base}">{name}, {batches} a rank</text>')
    out.append(f'<text x="{width - 20}" y="{top + HEIGHT + 32}" text-anchor="end">ranks</text>')
    return "\n".join(out + ["</svg>", ""])


def main():
    if len(sys.argv) > 1:
        with open(sys.argv[1], "w") as file:
            file.write(plot())
    else:
        table()


if __name__ == "__main__":
    main()
