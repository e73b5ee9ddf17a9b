"""Text with the colours of a terminal as a picture (SVG) that any browser shows, light or dark."""

from __future__ import annotations

import re
from html import escape

_COLUMN, _ROW, _MARGIN = 8.0, 18, 16
"""Pixels of a character of 13 pixels, of a line, and around the text."""

_CODE = re.compile(r"\x1b\[([0-9;]*)m")
_CLASSES = {"0": "", "1": "b", "2": "d", "31": "e", "32": "g", "33": "w", "34": "f", "36": "i"}

_STYLE = """\
text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#24292f;white-space:pre}
rect{fill:#f6f8fa}.b{font-weight:700}.d{opacity:.7}
.e{fill:#cf222e}.w{fill:#9a6700}.g{fill:#1a7f37}.f{fill:#0550ae}.i{fill:#1b7c83}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}rect{fill:#161b22}
.e{fill:#ff7b72}.w{fill:#d29922}.g{fill:#3fb950}.f{fill:#79c0ff}.i{fill:#39c5cf}}"""


def picture(text: str, title: str) -> str:
    """An SVG of some text; `title` says what it shows to those who do not see it."""
    lines = text.rstrip().split("\n")
    columns = max(len(_CODE.sub("", line)) for line in lines)
    width, height = round(columns * _COLUMN + 2 * _MARGIN), len(lines) * _ROW + 2 * _MARGIN
    rows = [
        f'<text x="{_MARGIN}" y="{_MARGIN + _ROW * number + 13}" xml:space="preserve">{_spans(line)}</text>'
        for number, line in enumerate(lines)
    ]
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
            f"<title>{escape(title)}</title>",
            f"<style>{_STYLE}</style>",
            '<rect width="100%" height="100%" rx="8"/>',
            *rows,
            "</svg>",
            "",
        ]
    )


def _spans(line: str) -> str:
    """A line with its colours as classes."""
    parts = _CODE.split(line)
    spans = [escape(parts[0])]
    for codes, text in zip(parts[1::2], parts[2::2], strict=True):
        names = " ".join(filter(None, (_CLASSES[code or "0"] for code in codes.split(";"))))
        spans.append(f'<tspan class="{names}">{escape(text)}</tspan>' if names else escape(text))
    return "".join(spans)
