"""Bars drawn on the server: a picture for the eye of what a table beside it says in numbers."""

from collections.abc import Mapping, Sequence

from markupsafe import escape

ROW, NAMES, BARS, FIGURES = 30, 210, 300, 50  # of `lengths`: height of a row, widths of its parts
WIDTH, HEIGHT, FOOT, HEAD = 720, 260, 28, 34
NARROW = "-narrow"  # ends the name of the same picture for a telephone
PHONE, LINE = 320, 18  # of `stacked`: width, height of a bar or a line of text
COLOURS = ("#123e58", "#b3261e", "#8a6d1d")


def bars(labels: Sequence[str], series: Mapping[str, Sequence[int]]) -> str:
    """Return an SVG of bars in groups, one group for each label; at most as many series as colours.

    Args:
        labels: Below the groups, in order.
        series: Name of each series and its numbers, none below zero, one for each label.
    """
    most = max((number for numbers in series.values() for number in numbers), default=0)
    group = WIDTH / max(len(labels), 1)
    width = group * 0.8 / len(series)
    ground, scale = HEIGHT - FOOT, (HEIGHT - FOOT - HEAD - 16) / max(most, 1)
    drawn = [f'<path d="M0 {ground}H{WIDTH}" stroke="#6b7883"/>']
    for place, (name, numbers) in enumerate(series.items()):
        colour = COLOURS[place]
        drawn.append(f'<rect x="{place * 200}" y="4" width="14" height="14" fill="{colour}"/>')
        drawn.append(f'<text x="{place * 200 + 20}" y="16">{escape(name)}</text>')
        for at, number in enumerate(numbers):
            x, tall = at * group + group * 0.1 + place * width, number * scale
            if number:
                drawn.append(
                    f'<rect x="{x:.1f}" y="{ground - tall:.1f}" width="{width:.1f}" height="{tall:.1f}" '
                    f'fill="{colour}"/><text x="{x + width / 2:.1f}" y="{ground - tall - 4:.1f}" '
                    f'text-anchor="middle">{number}</text>'
                )
    for at, label in enumerate(labels):
        middle = at * group + group / 2
        drawn.append(f'<text x="{middle:.1f}" y="{HEIGHT - 8}" text-anchor="middle">{escape(label)}</text>')
    return _svg(WIDTH, HEIGHT, drawn)


def lengths(rows: Sequence[tuple[str, int]], colour: str) -> str:
    """Return an SVG of bars below each other, each with its name before and its number behind it.

    Args:
        rows: Name and number of each bar, none below zero, in order.
        colour: Of the bars, as SVG writes it.
    """
    most, width = max((number for _, number in rows), default=0), NAMES + BARS + FIGURES
    drawn = []
    for place, (name, number) in enumerate(rows):
        top, long = 4 + place * ROW, BARS * number / max(most, 1)
        drawn.append(
            f'<text x="{NAMES - 8}" y="{top + 20}" text-anchor="end">{escape(name)}</text>'
            f'<rect x="{NAMES}" y="{top + 6}" width="{long:.1f}" height="{ROW - 12}" fill="{colour}"/>'
            f'<text x="{NAMES + long + 6:.1f}" y="{top + 20}">{number}</text>'
        )
    return _svg(width, 8 + ROW * len(rows), drawn)


def stacked(
    labels: Sequence[str], series: Mapping[str, Sequence[int]], colours: Sequence[str] = COLOURS
) -> str:
    """Return an SVG for a telephone: groups below each other, each label above its bars, if it has any.

    Args:
        labels: Of the groups, in order.
        series: As for `bars`; they are named on top where there are several.
        colours: One for each series.
    """
    most = max((number for numbers in series.values() for number in numbers), default=0)
    drawn, top = [], 4
    for name, colour in zip(series, colours, strict=False) if len(series) > 1 else ():
        drawn.append(f'<rect x="0" y="{top + 2}" width="14" height="14" fill="{colour}"/>')
        drawn.append(f'<text x="20" y="{top + 14}">{escape(name)}</text>')
        top += LINE
    for at, label in enumerate(labels):
        if not any(numbers[at] for numbers in series.values()):
            continue
        drawn.append(f'<text x="0" y="{top + 16}" font-weight="bold">{escape(label)}</text>')
        top += LINE + 4
        for numbers, colour in zip(series.values(), colours, strict=False):
            if not numbers[at]:
                continue
            long = (PHONE - FIGURES) * numbers[at] / max(most, 1)
            drawn.append(
                f'<rect x="0" y="{top + 3}" width="{long:.1f}" height="{LINE - 5}" fill="{colour}"/>'
                f'<text x="{long + 6:.1f}" y="{top + 14}">{numbers[at]}</text>'
            )
            top += LINE
        top += 4
    return _svg(PHONE, top + 4, drawn)


def _svg(width: int, height: int, drawn: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" font-family="sans-serif" font-size="13" fill="#26323c">{"".join(drawn)}</svg>'
    )
