"""What the configuration of a development server passes on: literal URLs, and those that stand behind a variable.

Vite's `server.proxy`, also where Astro or Nuxt runs it, the `devServer.proxy` of webpack and Vue's CLI, the file that `ng serve` is given,
`setupProxy.js` and the `proxy` of Create React App, `rewrites` of Next.js, `devProxy` and `routeRules` of Nuxt, Gatsby's `proxy`,
Parcel's `.proxyrc`. An expression is nothing that is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstreamlint import numerals, patterns
from upstreamlint.readers.fragment import Fragment
from upstreamlint.source import Anchor
from upstreamlint.values import frozen

_COMMENT = patterns.compile(
    r"(?P<comment>(?<![:\\])//[^\n]{0,2000}|/\*.{0,4000}?\*/)|'[^'\n]{0,400}'|\"[^\"\n]{0,400}\"|`[^`]{0,2000}`",
    re.DOTALL,
)
_BLOCK = patterns.compile(r"\b(?:p|devP)roxy[\"']?\s*:\s*(?=[\[{])")
_VALUE = (
    r"(?:process\.env\.(?P<variable>\w{1,80})\s*(?:\|\||\?\?)\s*)?"
    r"(?P<quote>['\"`])(?P<url>(?:https?|wss?)://[^'\"`\s$]{1,300})(?P=quote)"
)
_PATHS = patterns.compile(rf"(?P<key>['\"`])(?P<path>[/^][^'\"`\n]{{0,200}})(?P=key)\s*:\s*{_VALUE}")
_TARGETS = patterns.compile(rf"\b[\"']?(?:target|destination)[\"']?\s*:\s*{_VALUE}")
_URLS = patterns.compile(rf"\b[\"']?url[\"']?\s*:\s*{_VALUE}")
_RULES = patterns.compile(rf"\bproxy[\"']?\s*:\s*(?:\{{\s*[\"']?to[\"']?\s*:\s*)?{_VALUE}")
_KEY = patterns.compile(r"['\"`](?P<path>[/^][^'\"`\n]{0,200})['\"`]")
_PACKAGE = patterns.compile(rf"\"(?P<path>proxy)\"\s*:\s*{_VALUE}")
_URL = patterns.compile(
    r"(?P<scheme>\w+)://(?P<host>\[[0-9a-fA-F:]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::(?P<port>\d{1,5}))?(?=[/?#]|\Z)"
)
_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}
_OPEN, _CLOSE = "{[(", "}])"
_LARGEST = 50_000


@frozen
class Passed:
    """One URL that requests are passed on to. `variable` is read before, and counts where it is set."""

    path: str
    variable: str
    scheme: str
    host: str
    port: int
    host_anchor: Anchor
    port_anchor: Anchor
    anchor: Anchor
    written: bool


def in_block(text: Fragment) -> Iterator[Passed]:
    """What the objects of the name `proxy` pass on."""
    plain = _without_comments(text)
    for block in _BLOCK.finditer(plain):
        yield from _in(text, plain, block.end(), _end(plain, block.end()))


def in_nuxt(text: Fragment) -> Iterator[Passed]:
    """What `devProxy`, the proxies of Vite and those of `routeRules` pass on."""
    yield from in_block(text)
    plain = _without_comments(text)
    yield from _behind(text, plain, 0, len(plain), _RULES)


def in_gatsby(text: Fragment) -> Iterator[Passed]:
    """What the `url`s of Gatsby's `proxy` pass on."""
    plain = _without_comments(text)
    for block in _BLOCK.finditer(plain):
        yield from _behind(text, plain, block.end(), _end(plain, block.end()), _URLS)


def in_file(text: Fragment) -> Iterator[Passed]:
    """What a file that is for nothing else passes on."""
    plain = _without_comments(text)
    yield from _in(text, plain, 0, len(plain))


def in_package(text: Fragment) -> Iterator[Passed]:
    """The `proxy` of a `package.json`."""
    for found in _PACKAGE.finditer(text.text[:_LARGEST]):
        yield from _passed(text, found, "")


def _in(text: Fragment, plain: str, start: int, end: int) -> Iterator[Passed]:
    for found in _PATHS.finditer(plain, start, end):
        yield from _passed(text, found, found["path"])
    yield from _behind(text, plain, start, end, _TARGETS)


def _behind(text: Fragment, plain: str, start: int, end: int, written: re.Pattern[str]) -> Iterator[Passed]:
    """URLs that stand behind a word of their own, with the nearest path before them."""
    for found in written.finditer(plain, start, end):
        keys = list(_KEY.finditer(plain, max(start, found.start() - 400), found.start()))
        yield from _passed(text, found, keys[-1]["path"] if keys else "")


def _passed(text: Fragment, found: re.Match[str], path: str) -> Iterator[Passed]:
    url = _URL.match(found["url"])
    if url is None:
        return
    at = found.start("url")
    default = _PORTS.get(url["scheme"])
    port = numerals.port(url["port"]) if url["port"] else default
    if port is None:
        return
    host = text.place(at + url.start("host"), at + url.end("host"))
    yield Passed(
        path=path or "/",
        variable=found["variable"] or "",
        scheme=url["scheme"],
        host=url["host"],
        port=port,
        host_anchor=host,
        port_anchor=text.place(at + url.start("port"), at + url.end("port")) if url["port"] else host,
        anchor=text.place(found.start("url"), found.end("url")),
        written=bool(url["port"]),
    )


def _without_comments(text: Fragment) -> str:
    """The text with blanks in place of comments, in the same places."""
    return _COMMENT.sub(lambda m: " " * len(m[0]) if m["comment"] else m[0], text.text[:_LARGEST])


def _end(plain: str, start: int) -> int:
    """Where the object or list ends that begins at a place."""
    depth = 0
    for at in range(start, len(plain)):
        depth += (plain[at] in _OPEN) - (plain[at] in _CLOSE)
        if depth == 0:
            return at + 1
    return len(plain)
