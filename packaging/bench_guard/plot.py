"""The plot of growth: milliseconds by bytes, both axes logarithmic, as SVG."""

import math

WIDTH, HEIGHT = 720, 480
LEFT, RIGHT, TOP, BOTTOM = 70, 150, 20, 50

# How many of the slowest kinds are named and coloured; the others are grey.
NAMED = 6
COLOURS = ("#b4281e", "#1f5fa8", "#2c7a3f", "#8a4fa3", "#b06a00", "#00767a")


def plot(hostile: dict[str, dict[str, float]]) -> str:
    sizes = [int(size) for size in next(iter(hostile.values()))]
    times = [ms for row in hostile.values() for ms in row.values()]
    low, high = math.floor(math.log10(min(times))), math.ceil(math.log10(max(times)))

    def x(size: float) -> float:
        part = math.log2(size / sizes[0]) / math.log2(sizes[-1] / sizes[0])
        return LEFT + part * (WIDTH - LEFT - RIGHT)

    def y(ms: float) -> float:
        part = (math.log10(ms) - low) / (high - low)
        return HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM)

    marks = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        ' font-family="sans-serif" font-size="12">',
        "<title>Time of the rules on hostile texts, by length</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for power in range(low, high + 1):
        at = y(10**power)
        marks.append(f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        marks.append(f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{10**power:g} ms</text>')
    for size in sizes:
        marks.append(
            f'<text x="{x(size):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">'
            f"{size >> 10} kB</text>"
        )
    ranked = sorted(hostile.items(), key=lambda one: -list(one[1].values())[-1])
    for place, (name, row) in reversed(list(enumerate(ranked))):
        named = place < NAMED
        colour = COLOURS[place] if named else "#bbb"
        points = " ".join(f"{x(int(size)):.1f},{y(ms):.1f}" for size, ms in row.items())
        marks.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        if named:
            at = TOP + 16 * (place + 1)
            last = list(row.values())[-1]
            marks.append(
                f'<text x="{WIDTH - RIGHT + 10}" y="{at}" fill="{colour}">{name} {last:.0f} ms</text>'
            )
    # what linear growth looks like
    start = 10**low * 1.2
    marks.append(
        f'<path d="M{x(sizes[0]):.1f} {y(start):.1f}L{x(sizes[-1]):.1f}'
        f' {y(start * sizes[-1] / sizes[0]):.1f}" stroke="#000" stroke-dasharray="4 4"/>'
    )
    marks.append(
        f'<text x="{WIDTH - RIGHT + 10}" y="{HEIGHT - BOTTOM}">dashed: linear</text></svg>'
    )
    return "\n".join(marks) + "\n"
