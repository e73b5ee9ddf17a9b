"""A haproxy.cfg as values.

`defaults` count for the sections behind them (or for those that name them with `from`), and `default-server` for
the servers behind it. What HAProxy refuses to start with is worded as it does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from upstreamlint import numerals, patterns
from upstreamlint.documents import Scalar
from upstreamlint.programs.haproxy.address import address
from upstreamlint.programs.haproxy.again import administered, again
from upstreamlint.programs.haproxy.checks import Asked, ask, asked
from upstreamlint.programs.haproxy.faults import faults
from upstreamlint.programs.haproxy.keywords import Release
from upstreamlint.programs.haproxy.named import named
from upstreamlint.programs.haproxy.options import (
    BIND_FLAGS,
    FLAGS,
    NONE,
    Options,
    listed,
    options,
    sends_proxy,
    text,
)
from upstreamlint.programs.haproxy.refused import refused
from upstreamlint.programs.haproxy.replies import own
from upstreamlint.programs.haproxy.sections import Line, Section, read
from upstreamlint.programs.haproxy.types import Bind, Config, Kind, Proxy, Server, Use
from upstreamlint.programs.variables import NOTHING_KNOWN, Variables
from upstreamlint.readers.fragment import Fragment
from upstreamlint.source import Anchor
from upstreamlint.values import replace

_KINDS: Mapping[str, Kind] = {"frontend": "frontend", "backend": "backend", "listen": "listen"}
_ANSWERS = frozenset({"return", "redirect", "deny", "use-service", "auth", "reject", "tarpit", "silent-drop"})
_MODES = frozenset({"http", "tcp", "health", "log", "spop", "haterm"})
_MAX_COUNT = 10_000


def load(
    fragments: Sequence[Fragment], variables: Variables = NOTHING_KNOWN, release: Release | None = None
) -> Config:
    """Read the files of one HAProxy, in the order in which it loads them; `release` is its own, where it is known."""
    reading = read(fragments, variables)
    proxies = tuple(_proxies(reading.sections, variables))
    resolvers = tuple(s.name for s in reading.sections if s.kind == "resolvers" and s.name)
    verifies = not any(
        line.args and line.args[0].value == "none"
        for s in reading.sections
        if s.kind == "global"
        for line in s.all("ssl-server-verify")
    )
    config = Config(
        paths=tuple(f.source.path for f in fragments),
        proxies=proxies,
        resolvers=resolvers,
        faults=reading.faults,
        templated=reading.templated,
        complete=not reading.templated and not reading.unsure and not reading.faults,
        listens_beside=any(s.kind in _LISTEN_BESIDE for s in reading.sections),
        administered=any(administered(s.lines) for s in reading.sections),
        named=named(reading.sections),
    )
    if reading.templated:
        return config
    return replace(
        config,
        faults=(
            *reading.faults,
            *faults(config, verifies=verifies),
            *refused(reading.sections, release),
        ),
    )


_LISTEN_BESIDE = frozenset({"peers", "log-forward", "program"})


def _proxies(sections: Sequence[Section], variables: Variables) -> Iterator[Proxy]:
    latest: Sequence[Line] = ()
    named: dict[str, Sequence[Line]] = {}
    for section in sections:
        before = _from(section, named, latest)
        if section.kind == "defaults":
            latest = (*before, *section.lines) if "from" in _words(section) else section.lines
            if section.name is not None:
                named[section.name.value] = latest
        elif section.kind in _KINDS and section.name is not None:
            yield _proxy(section, section.name, before, variables)


def _words(section: Section) -> list[str]:
    return [a.value for a in section.head.args]


def _from(section: Section, named: Mapping[str, Sequence[Line]], latest: Sequence[Line]) -> Sequence[Line]:
    words = _words(section)
    if "from" in words[:-1]:
        return named.get(words[words.index("from") + 1], ())
    return () if section.kind == "defaults" else latest


def _proxy(section: Section, name: Scalar, before: Sequence[Line], variables: Variables) -> Proxy:
    lines = (*before, *section.lines)
    kind = _KINDS[section.kind]
    mode = "tcp"
    for line in lines:
        if line.name == "mode" and line.args and line.args[0].value in _MODES:
            mode = line.args[0].value
    wanted = asked(lines)
    uses = tuple(_uses(section.lines)) or tuple(_uses(before))
    return Proxy(
        kind=kind,
        name=name,
        mode=mode,
        binds=tuple(_binds(section, variables)) if kind != "backend" else (),
        servers=tuple(_servers(lines, wanted, variables)) if kind != "frontend" else (),
        uses=uses if kind != "backend" else (),
        answers=any(_answers(line) for line in lines),
        anchor=section.head.anchor,
        unsure=section.head.unsure,
        own=tuple(own(lines)),
        again=again(lines),
        serverless=any(_SERVERLESS.match(line.name) for line in section.lines),
    )


_SERVERLESS = patterns.compile(r"error|http-error|http-request|dispatch|transparent|use-fcgi-app|filter")


def _binds(section: Section, variables: Variables) -> Iterator[Bind]:
    given = [(section.head.args[1], ())] if len(section.head.args) > 1 and section.kind != "backend" else []
    words = [(line.args[0], line.args[1:]) for line in section.all("bind") if line.args]
    expected = _expects_proxy(section.all("tcp-request"))
    for first, rest in [(w, r) for w, r in given if ":" in w.value] + words:
        found = options(rest, BIND_FLAGS)
        protocols = listed(found, ("alpn", "proto"))
        for start, end in _parts(first.value):
            piece = first if len(first.value) == end - start else _piece(first, start, end)
            where = address(piece, variables, bind=True)
            accept = True if "accept-proxy" in found else expected
            yield Bind(where, "ssl" in found, accept, protocols, first.anchor)


def _expects_proxy(requests: Iterable[Line]) -> bool | None:
    """Whether connections must begin with a PROXY header by `tcp-request connection expect-proxy layer4`; some where it has a condition."""
    found = [words for line in requests if "expect-proxy" in (words := [a.value for a in line.args])]
    return None if any(len(words) > len(_EXPECTS) for words in found) else bool(found)


_EXPECTS = ("connection", "expect-proxy", "layer4")


def _parts(value: str) -> Iterator[tuple[int, int]]:
    """The addresses of one word, which commas part."""
    at = 0
    for piece in value.split(","):
        if piece:
            yield at, at + len(piece)
        at += len(piece) + 1


def _piece(word: Scalar, start: int, end: int) -> Scalar:
    inside = word.source.text[word.start : word.end] == word.value
    first, last = (word.start + start, word.start + end) if inside else (word.start, word.end)
    return Scalar(word.value[start:end], word.plain, word.source, first, last)


def _servers(lines: Sequence[Line], wanted: Asked, variables: Variables) -> Iterator[Server]:
    defaults: Options = NONE
    for line in lines:
        if line.name == "default-server":
            defaults = options(line.args, FLAGS, defaults)
        elif line.name == "server" and len(line.args) > 1:
            name, where, *rest = line.args
            yield _server(line, (name, where), rest, 1, options(rest, FLAGS, defaults), wanted, variables)
        elif line.name == "server-template" and len(line.args) > 2:  # noqa: PLR2004 - a name, a number and an address
            name, count, where, *rest = line.args
            number = _count(count.value)
            found = options(rest, FLAGS, defaults)
            yield _server(line, (name, where), rest, number, found, wanted, variables)


def _count(word: str) -> int:
    """How many servers a template makes: `5`, or `1-5`."""
    first, dash, last = word.partition("-")
    low, high = numerals.decimal(first, _MAX_COUNT), numerals.decimal(last if dash else first, _MAX_COUNT)
    if low is None or high is None:
        return 0
    return max(high - low + 1, 0) if dash else high


def _server(
    line: Line,
    words: tuple[Scalar, Scalar],
    rest: Sequence[Scalar],
    count: int,
    found: Options,
    wanted: Asked,
    variables: Variables,
) -> Server:
    name, where = words
    weight = numerals.decimal(text(found, "weight"))
    last = rest[-1] if rest else where
    return Server(
        name=name,
        address=address(where, variables),
        anchor=Anchor(line.keyword.source, line.keyword.start, last.end),
        count=count,
        ask=ask(found, wanted, where),
        ssl="ssl" in found,
        verifies=text(found, "verify") != "none",
        ca_file=bool(text(found, "ca-file")),
        sni=found.get("sni"),
        protocols=listed(found, ("alpn", "proto")),
        sends_proxy=sends_proxy(found),
        backup="backup" in found,
        disabled="disabled" in found,
        resolvers=found.get("resolvers"),
        init_addr=listed(found, ("init-addr",)),
        weight=1 if weight is None else weight,
        unsure=line.unsure,
        marked_down=_marked_down(found),
    )


def _marked_down(found: Options) -> Anchor | None:
    """Where a server is told to go by the answers to requests, if few of them take it out; measured on HAProxy 2.8.25."""
    observed, reaction = found.get("observe"), text(found, "on-error")
    once = reaction in ("", "fail-check") and text(found, "fall") == "1"
    down = "check" in found and (once or reaction in ("mark-down", "sudden-death"))
    return observed.anchor if down and observed is not None and observed.value == "layer7" else None


def _uses(lines: Sequence[Line]) -> Iterator[Use]:
    for line in lines:
        if line.name not in ("use_backend", "default_backend") or not line.args:
            continue
        default = line.name == "default_backend"
        words = [a.value for a in line.args[1:]]
        name = line.args[0]
        yield Use(name, "" if default else " ".join(words), "%" in name.value, default, line.unsure)


def _answers(line: Line) -> bool:
    """Whether a line makes HAProxy answer by itself."""
    if line.name in ("redirect", "stats", "monitor-uri"):
        return True
    return line.name in ("http-request", "tcp-request") and any(a.value in _ANSWERS for a in line.args[:2])
