"""The upstreams of oauth2-proxy: options, a variable, its TOML file, or the YAML of `--alpha-config`.

Options win over variables and these over the file; each upstream takes the path of its own URL. `static://` and
`file://` are answered by oauth2-proxy itself. Source: `pkg/apis/options` and `pkg/upstream` of oauth2-proxy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest
from urllib.parse import urlsplit

from upstreamlint import patterns
from upstreamlint.containers import structured
from upstreamlint.containers.container import Container
from upstreamlint.documents import UNKNOWN, Scalar
from upstreamlint.programs.built_in import OAUTH2_PROXY
from upstreamlint.programs.connectors.origin import origin, pool_of
from upstreamlint.programs.connectors.types import Connector, ConnectorRule
from upstreamlint.programs.nginx.address import part
from upstreamlint.programs.reading import Found, Run
from upstreamlint.readers.fragment import Fragment

_OPTION = patterns.compile(r"--?upstream(?:=|\Z)")
_ALPHA = patterns.compile(r"--?alpha-config(?:=|\Z)")
_SETTING = patterns.compile(
    r"^[ \t]*upstreams[ \t]*=[ \t]*(?:\[(?P<many>[^\]]*)\]|(?P<one>[^\n]*))", re.MULTILINE
)
_QUOTED = patterns.compile(r"#[^\n]*|\"([^\"\n]*)\"|'([^'\n]*)'")
_LISTED = patterns.compile(r"[^,\s]+")


def load(run: Run) -> Found:
    """Every oauth2-proxy of the run."""
    found = tuple(one for place in OAUTH2_PROXY.places(run) if (one := _connector(place)) is not None)
    return Found(resources=found, sources=tuple(one.anchor.source for one in found))


def _connector(place: Container) -> Connector | None:
    rules = tuple(
        rule
        for number, (written, path) in enumerate(_upstreams(place), 1)
        for rule in _rule(number, written, path)
    )
    if not rules:
        return None
    whole = not (place.incomplete or place.unread)
    return Connector(
        program=OAUTH2_PROXY,
        listens=OAUTH2_PROXY.ports,
        rules=rules,
        anchor=rules[0].anchor,
        place=place,
        complete=whole,
    )


def _rule(number: int, written: Scalar, path: Scalar | None) -> Iterator[ConnectorRule]:
    if not written.value.startswith(("http://", "https://", "ws://", "wss://")):
        return
    match = path.value if path is not None else urlsplit(written.value).path or "/"
    pool = pool_of(written.anchor, [origin(written)], f"upstreams.{match}")
    yield ConnectorRule(number, None, path, "*", match, pool, written.anchor)


def _upstreams(place: Container) -> list[tuple[Scalar, Scalar | None]]:
    """The URLs, with the path where it stands apart from them."""
    alpha = [
        uri
        for name in _values(place.words, _ALPHA)
        if (text := place.files.read(name.value))
        for uri in _alpha(text)
    ]
    if alpha:
        return alpha
    variable = place.environment.get("OAUTH2_PROXY_UPSTREAMS")
    told = list(_values(place.words, _OPTION))
    if not told and variable is not None and variable.tag != UNKNOWN:
        told = [_within(variable, *found.span()) for found in _LISTED.finditer(variable.value)]
    if not told:
        files = (place.files.read(path) for path in OAUTH2_PROXY.told(place))
        told = [url for text in files if text is not None for url in _settings(text)]
    return [(url, None) for url in told]


def _values(words: tuple[Scalar, ...], option: re.Pattern[str]) -> Iterator[Scalar]:
    """The values of an option, `--option value` or `--option=value`."""
    for word, after in zip_longest(words, words[1:]):
        found = option.match(word.value)
        if found is None:
            continue
        if found[0].endswith("="):
            yield _within(word, found.end(), len(word.value))
        elif after is not None:
            yield after


def _settings(text: Fragment) -> Iterator[Scalar]:
    setting = _SETTING.search(text.text)
    if setting is None:
        return
    start, end = setting.span("many" if setting["many"] is not None else "one")
    for found in _QUOTED.finditer(text.text, start, end):
        group = found.lastindex
        if group is not None:
            place = text.place(*found.span(group))
            yield Scalar(found[group], False, place.source, place.start, place.end)


def _alpha(text: Fragment) -> Iterator[tuple[Scalar, Scalar | None]]:
    root = structured.root(text)
    config = root.mapping("upstreamConfig") if root is not None else None
    for item in config.mappings("upstreams") if config is not None else ():
        uri = item.scalar("uri")
        if uri is not None:
            yield uri, item.scalar("path")


def _within(scalar: Scalar, start: int, end: int) -> Scalar:
    place = part(scalar, start, end)
    return Scalar(scalar.value[start:end], scalar.plain, place.source, place.start, place.end, scalar.tag)
