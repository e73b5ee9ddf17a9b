"""An httpd configuration as values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from upstreamlint import numerals, patterns
from upstreamlint.documents import Scalar
from upstreamlint.programs.apache.address import Url, url
from upstreamlint.programs.apache.tree import Directive, Finder, read
from upstreamlint.programs.apache.types import Balancer, Config, Listen, Member, Pass, VirtualHost
from upstreamlint.programs.variables import NOTHING_KNOWN, Variables
from upstreamlint.readers.fragment import Fragment
from upstreamlint.source import Anchor

_PLACES = frozenset(
    {
        "location",
        "locationmatch",
        "directory",
        "directorymatch",
        "files",
        "filesmatch",
        "if",
        "elseif",
        "else",
    }
)
_ASKS_PROXY = patterns.compile(r"<IfModule\s+!?(?:mod_)?proxy_(?!html)", re.IGNORECASE)
_OFF = frozenset({"off", "no"})


def load(main: Fragment, finder: Finder | None = None, variables: Variables = NOTHING_KNOWN) -> Config:
    """Read a configuration, from its main file on."""
    reading = read(main, finder, variables)
    every = reading.directives
    hosts = [d for d in every if d.key == "virtualhost" and d.block is not None]
    own = [d for d in every if d.key != "virtualhost"]
    fragments = (main, *(f for i in reading.includes for f in i.fragments or ()))
    return Config(
        paths=tuple(dict.fromkeys(f.source.path for f in fragments)),
        listens=tuple(_listens(every)),
        hosts=(
            *(_host(d, d.block or ()) for d in hosts),
            *([_host(None, own)] if own else []),
        ),
        balancers=tuple(_balancers(every)),
        modules=frozenset(d.args[0].value for d in _all(every) if d.key == "loadmodule" and d.args),
        includes=reading.includes,
        faults=reading.faults,
        complete=reading.complete and not reading.faults,
        templated=reading.templated,
        bound=_bound(every),
        loaded=tuple(_loaded(every)),
        conditional=any(_ASKS_PROXY.search(f.text) for f in fragments),
        managed=any("balancer-manager" in f.text for f in fragments),
    )


def _all(directives: Sequence[Directive]) -> Iterator[Directive]:
    """Every directive, those of sections too."""
    stack = list(reversed(directives))
    while stack:
        directive = stack.pop()
        yield directive
        stack.extend(reversed(directive.block or ()))


_CERTIFICATES = {
    name.lower(): name
    for name in (
        "SSLCertificateFile",
        "SSLCertificateKeyFile",
        "SSLCertificateChainFile",
        "SSLCACertificateFile",
    )
}


def _loaded(directives: Sequence[Directive]) -> Iterator[tuple[str, Scalar]]:
    """Files without which it does not start (mod_ssl, `ssl_cmd_check_file`)."""
    for directive in _all(directives):
        if directive.key in _CERTIFICATES and directive.args and not directive.unsure:
            yield _CERTIFICATES[directive.key], directive.args[0]


def _listens(directives: Sequence[Directive]) -> Iterator[Listen]:
    for directive in directives:
        if directive.key != "listen" or not directive.args:
            continue
        word = directive.args[0]
        host, _, port_text = word.value.rpartition(":")
        port = numerals.port(port_text)
        if port is not None:
            yield Listen("" if host == "*" else host.strip("[]"), port, word.anchor)


def _bound(directives: Sequence[Directive]) -> bool:
    """Whether every `Listen` is certain and names a port, and there is one."""
    written = [d for d in directives if d.key == "listen"]
    return (
        bool(written) and not any(d.unsure for d in written) and len(list(_listens(written))) == len(written)
    )


def _host(section: Directive | None, inner: Sequence[Directive]) -> VirtualHost:
    names = [a for d in inner if d.key in ("servername", "serveralias") for a in d.args]
    return VirtualHost(
        addresses=section.args if section else (),
        names=tuple(names),
        passes=tuple(_passes(inner, None)),
        tls=_on(inner, "sslengine"),
        anchor=section.anchor if section else inner[0].anchor,
    )


def _on(directives: Sequence[Directive], key: str) -> bool:
    values = [d.args[0].value.lower() for d in directives if d.key == key and d.args]
    return bool(values) and values[-1] not in _OFF


def _passes(directives: Sequence[Directive], place: Directive | None) -> Iterator[Pass]:
    for directive in directives:
        if directive.key in _PLACES and directive.block is not None:
            yield from _passes(directive.block, directive if directive.args else place)
        elif directive.key in ("proxypass", "proxypassmatch"):
            yield from _proxy_pass(directive, place)
        elif directive.key in ("sethandler", "addhandler") and directive.args:
            target = directive.args[0]
            if target.value.lower().startswith("proxy:"):
                yield _pass(directive, _where(place), target, ())
        elif directive.key == "rewriterule" and len(directive.args) > 1:
            yield from _rewrite(directive)


def _where(place: Directive | None) -> Scalar | None:
    if place is None:
        return None
    words = [a for a in place.args if a.value != "~"]
    return words[0] if words else None


def _proxy_pass(directive: Directive, place: Directive | None) -> Iterator[Pass]:
    words = [a for a in directive.args if a.value.lower() not in ("interpolate", "nocanon", "noquery")]
    plain: list[Scalar] = []
    rest: list[Scalar] = []
    for word in words:
        (rest if "=" in word.value.partition("/")[0] and "://" not in word.value else plain).append(word)
    if len(plain) > 1:
        path, target = plain[0], plain[1]
    elif plain and place is not None:
        path, target = _where(place) or plain[0], plain[0]
    else:
        return
    yield _pass(directive, path, target, rest, ordered=place is None)


def _pass(
    directive: Directive,
    path: Scalar | None,
    target: Scalar,
    rest: Sequence[Scalar],
    *,
    ordered: bool = False,
) -> Pass:
    pairs = (w.value.partition("=") for w in rest)
    return Pass(
        kind=directive.name.value,
        path=path.value if path is not None else "",
        path_word=path,
        target=target,
        url=url(target),
        parameters=tuple((name.lower(), value) for name, _, value in pairs),
        anchor=directive.anchor,
        unsure=directive.unsure,
        ordered=ordered,
    )


def _rewrite(directive: Directive) -> Iterator[Pass]:
    pattern, target, *flags = directive.args
    given = {f.strip().lower() for word in flags for f in word.value.strip("[]").split(",")}
    if given & {"p", "proxy"} and "://" in target.value:
        yield _pass(directive, pattern, target, ())


def _balancers(directives: Sequence[Directive]) -> Iterator[Balancer]:
    """The balancers by their names: each `<Proxy balancer://…>` and each `BalancerMember` that names one adds to it."""
    found: dict[str, list[tuple[Anchor, Sequence[Sequence[Scalar]]]]] = {}
    methods: dict[str, str] = {}
    for directive in _all(directives):
        first = directive.args[0].value if directive.args else ""
        if not first.lower().startswith("balancer://"):
            continue
        name = first.partition("://")[2].strip("/").lower()
        if directive.key == "proxy" and directive.block is not None:
            inside = [d.args for d in directive.block if d.key == "balancermember"]
            found.setdefault(name, []).append((directive.anchor, inside))
            told = (w.value.lower() for d in directive.block if d.key == "proxyset" for w in d.args)
            methods.update((name, w.partition("=")[2]) for w in told if w.startswith("lbmethod="))
        elif directive.key == "balancermember":
            found.setdefault(name, []).append((directive.anchor, [directive.args[1:]]))
    for name, parts in found.items():
        written = [words for _, inside in parts for words in inside]
        members = tuple(m for w in written for m in _member(w))
        yield Balancer(name, members, parts[0][0], bool(written), methods.get(name, ""))


def _member(words: Sequence[Scalar]) -> Iterator[Member]:
    target: Url | None = url(words[0]) if words else None
    if target is not None:
        options = dict(w.value.lower().split("=", 1) for w in words[1:] if "=" in w.value)
        weight = numerals.real(options.get("loadfactor", "1"))
        status = options.get("status", "").replace("+", "").upper()
        yield Member(target, 1.0 if weight is None else weight, status, words[0].anchor)
