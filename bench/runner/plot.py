# SPDX-License-Identifier: Apache-2.0
"""The output throughput as bars: a row of panels for each number of consoles, speed beside cost."""
from xml.sax.saxutils import escape

from . import contenders

WIDTH, MARGIN, LABELS = 920, 20, 130
BAR, GAP = 15, 4
FIGURES = (("MB/s", "MB/s, more is better"), ("ns/B", "CPU ns for each byte, less is better"))
OURS, PEER, LOSSY = "#1f6feb", "#9aa4b2", "#e0c4c4"
STYLE = ("<style>text{font:12px system-ui,sans-serif;fill:#1f2328}.title{font-size:16px;font-weight:600}"
         ".head{font-weight:600}.small{font-size:11px;fill:#59636e}</style>")


def text(x, y, content, kind="", anchor="start"):
    return f'<text x="{x:.0f}" y="{y:.0f}" class="{kind}" text-anchor="{anchor}">{escape(content)}</text>'


def colour(name, row, ours):
    if name in ours:
        return OURS
    return LOSSY if row.get("lost") else PEER


def panel(rows, figure, x, y, width, ours):
    """The bars of one figure, drawn from `x` on; the longest takes `width`, with its number."""
    most = max((row[figure] for row in rows.values() if figure in row), default=1)
    for i, (name, row) in enumerate(rows.items()):
        top = y + i * (BAR + GAP)
        if figure not in row:
            yield text(x, top + BAR - 3, "failed", "small")
            continue
        length = max(1, (width - 70) * row[figure] / most)
        yield (f'<rect x="{x}" y="{top}" width="{length:.1f}" height="{BAR}" rx="2" '
               f'fill="{colour(name, row, ours)}"/>')
        note = " (bytes lost)" if row.get("lost") else ""
        number = f"{row[figure]:.0f}" if row[figure] >= 100 else f"{row[figure]:.1f}"
        yield text(x + length + 5, top + BAR - 3, number + note, "small")


def chosen(report):
    """Of the output, the cases with the largest writes."""
    output = [r for r in report["results"] if r["case"]["workload"] == "output"]
    largest = max((r["case"]["line"] for r in output), default=0)
    return [r for r in output if r["case"]["line"] == largest]


def rounds(report):
    return "one round" if report["rounds"] == 1 else f"medians of {report['rounds']} interleaved rounds"


def svg(report):
    labels = {c.name: c.label for c in contenders.ALL}
    results = chosen(report)
    if not results:
        return None
    machine = report["machine"]
    width = (WIDTH - 2 * MARGIN - LABELS) / 2
    columns = [MARGIN + LABELS + i * width for i in range(2)]
    drawn = [text(MARGIN, 32, f"Reading consoles written to {results[0]['case']['line']} bytes at a time", "title")]
    drawn += [text(x, 58, title, "head") for x, (_, title) in zip(columns, FIGURES)]
    y = 84
    for result in results:
        rows, consoles = result["rows"], result["case"]["consoles"]
        drawn.append(text(MARGIN, y, "1 console" if consoles == 1 else f"{consoles} consoles", "head"))
        y += 10
        for i, name in enumerate(rows):
            drawn.append(text(columns[0] - 8, y + i * (BAR + GAP) + BAR - 3, labels[name], anchor="end"))
        for x, (figure, _) in zip(columns, FIGURES):
            drawn += panel(rows, figure, x, y, width, report["ours"])
        y += len(rows) * (BAR + GAP) + 24
    drawn.append(text(MARGIN, y, f"{machine['cpu']}, {machine['cpus']} CPUs, {machine['kernel']}; {report['date']}; "
                      f"{rounds(report)}; a process at each console writes.", "small"))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 16:.0f}" role="img" '
            f'aria-label="Speed and cost of conq and its peers">\n{STYLE}\n'
            f'<rect width="100%" height="100%" fill="#ffffff"/>\n' + "\n".join(drawn) + "\n</svg>\n")
