#!/usr/bin/env python3
"""Draws what judge-scaling.sh measured: reads its lines, prints SVG.

Two charts side by side over megabytes of text on a logarithmic axis: word F1 and round trip, a line a width.
"""
import math
import sys

WIDTH, HEIGHT, LEFT, TOP = 330, 220, 48, 34
COLORS = {"32": "#b35806", "64": "#2166ac", "128": "#1b7837"}


def chart(rows, column, title, left):
    """The marks of one chart whose frame begins at `left`."""
    sizes = [float(row[3]) for row in rows]
    first, last = min(sizes), max(sizes)
    values = [float(row[column]) for row in rows]
    low = math.floor(min(values) * 10) / 10
    span = math.log(last / first) or 1

    def x(size):
        return left + WIDTH * math.log(size / first) / span

    def y(value):
        return TOP + HEIGHT * (1 - (value - low) / (1 - low))

    out = [f'<text x="{left}" y="{TOP - 12}" font-weight="bold">{title}</text>']
    for step in range(6):
        value = low + (1 - low) * step / 5
        out.append(
            f'<path d="M{left} {y(value):.1f}h{WIDTH}" stroke="#ddd"/>'
            f'<text x="{left - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{value:.2f}</text>')
    for size in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100):
        if first <= size <= last:
            out.append(
                f'<text x="{x(size):.1f}" y="{TOP + HEIGHT + 18}" text-anchor="middle">'
                f"{size:g} MB</text>")
    for width, color in COLORS.items():
        points = [(x(float(row[3])), y(float(row[column]))) for row in rows if row[0] == width]
        if not points:
            continue
        path = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
        out.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"/>')
        out += [f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3" fill="{color}"/>' for px, py in points]
    return out


def main():
    rows = [line.rstrip("\n").split("\t") for line in sys.stdin if line.strip()]
    second = LEFT + WIDTH + 64
    total = second + WIDTH + 24
    print(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{total}" height="{TOP + HEIGHT + 60}" '
        'font-family="sans-serif" font-size="12">')
    print('<rect width="100%" height="100%" fill="white"/>')
    for line in chart(rows, 4, "word F1", LEFT) + chart(rows, 5, "round trip, byte accuracy", second):
        print(line)
    place = LEFT
    for width, color in COLORS.items():
        count = next((row[1] for row in rows if row[0] == width), None)
        if count is None:
            continue
        print(
            f'<rect x="{place}" y="{TOP + HEIGHT + 34}" width="12" height="12" fill="{color}"/>'
            f'<text x="{place + 18}" y="{TOP + HEIGHT + 44}">width {width}, '
            f"{int(count) / 1e6:.1f} M parameters</text>")
        place += 220
    print("</svg>")


if __name__ == "__main__":
    main()
