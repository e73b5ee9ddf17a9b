"""What Caddy refuses of directives and options, in its words: those that are none, and words that they do not take.

Each wording was seen on 2.11 (`caddy adapt --validate`). Plugins bring directives, so that an unknown one is refused for sure
only by the official image; elsewhere it must be meant for another, or be no directive at all. Words with placeholders are left
alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.graph.likeness import near_names
from upstreamlint.programs.caddy.address import SiteAddress
from upstreamlint.programs.caddy.names import (
    DIRECTIVES,
    HOLDS,
    MANIPULATIONS,
    MATCHERS,
    OPTIONS,
    OPTIONS_OF_PLUGINS,
    POLICIES,
    TRANSPORT,
)
from upstreamlint.programs.caddy.options import of_modules
from upstreamlint.programs.caddy.tree import Directive
from upstreamlint.readers.fault import Fault

_TIMES = frozenset(
    {
        "lb_try_duration",
        "lb_try_interval",
        "health_interval",
        "health_timeout",
        "fail_duration",
        "stream_timeout",
    }
)
_TIME = patterns.compile(r"(?:0|(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h|d))+)\Z")
_STATUS = patterns.compile(r"(?:\d{3}|[1-5][xX]{2}|[1-5])\Z")
_HOST = patterns.compile(r"(?:https?://)?[\w*-]+(?:\.[\w-]+)+(?::\d+)?,?\Z|(?:https?://)?[\w.*-]*:\d+,?\Z")
_LEFT = patterns.compile(r"(?<!\{)\$\{?[A-Za-z_]\w*|\{env\.[^{}]+\}")
"""Variables in other notations than Caddy's own."""
_COUNT = "wrong argument count or unexpected line ending after"


def of_site(directives: Sequence[Directive], *, official: bool) -> Iterator[Fault]:
    """What is refused of the directives of a site, and of those in their blocks."""
    yield from _matchers(directives)
    for directive in directives:
        name = directive.name
        if name.value.startswith("@") or "{" in name.value:
            continue
        if name.value not in DIRECTIVES:
            yield from _unknown(directive, official=official)
            continue
        if name.value in HOLDS:
            yield from of_site(directive.block or (), official=official)
        if official and name.value == "tls":
            yield from of_modules(directive.block or ())
        read = _READ.get(name.value)
        if read is not None and not any("{" in a.value for a in directive.args):
            yield from read(directive)


def of_addresses(addresses: Iterable[SiteAddress], http: int, https: int) -> Iterator[Fault]:
    """Addresses whose scheme is not that of their port."""
    for address in addresses:
        if not address.known or address.port is None:
            continue
        wrong = {"http": https, "https": http}.get(address.scheme)
        if wrong == address.port:
            said = f"[{address.written.value}] scheme and port violate convention"
            yield Fault(address.written.anchor, said)


def of_subjects(addresses: Iterable[SiteAddress], http: int, *, official: bool) -> Iterator[Fault]:
    """Hosts that no certificate can be for, of sites that leave it to Caddy to get one.

    After `SubjectQualifiesForCert` of certmagic; each was seen on 2.11. What the text of a template looks like is only judged
    where the official image reads it as it is.
    """
    for address in addresses:
        host = address.host
        if address.scheme == "http" or address.port == http or not host or address.fault:
            continue
        starred = "*" in host and host != "*" and not host.startswith("*.")
        wrong = host.startswith(".") or host.endswith(".") or starred
        if (address.known and wrong) or (official and _LEFT.search(address.written.value)):
            subject = host if address.known else address.written.value
            said = f"subject does not qualify for certificate: '{subject}'"
            yield Fault(address.written.anchor, said)


def _unknown(directive: Directive, *, official: bool) -> Iterator[Fault]:
    name = directive.name
    said = f"unrecognized directive: {name.value}"
    near = near_names(name.value, DIRECTIVES, words=False)
    if _HOST.match(name.value):
        said += "; a second site needs curly braces around both, and the first its closing one"
    elif near:
        said += f" (`{near[0]}` is one)"
    elif name.value in OPTIONS - OPTIONS_OF_PLUGINS:
        said += " (it is an option before all sites)"
    elif not official:
        return
    yield Fault(name.anchor, said)


def _matchers(directives: Sequence[Directive]) -> Iterator[Fault]:
    seen: dict[str, Scalar] = {}
    for directive in directives:
        name = directive.name
        if not name.value.startswith("@"):
            continue
        first = seen.setdefault(name.value, name)
        if first is not name:
            said = f"matcher is defined more than once: {name.value}"
            yield Fault(name.anchor, said, ((first.anchor, "the other one"),))
        kinds = [directive.args[0]] if directive.args else [d.name for d in directive.block or ()]
        for kind in kinds:
            near = near_names(kind.value, MATCHERS, words=False) if kind.value not in MATCHERS else []
            if near and "{" not in kind.value:
                said = f"getting matcher module '{kind.value}': module not registered (`{near[0]}` is one)"
                yield Fault(kind.anchor, said)


def _handle(directive: Directive) -> Iterator[Fault]:
    first = directive.args[0] if directive.args else None
    if first is not None and not first.value.startswith(("/", "@", "*")):
        yield Fault(first.anchor, f"{_COUNT} '{first.value}'")


def _handle_path(directive: Directive) -> Iterator[Fault]:
    if not directive.args:
        yield Fault(directive.name.anchor, f"{_COUNT} 'handle_path'")
    elif not directive.args[0].value.startswith("/"):
        at = directive.args[0]
        yield Fault(at.anchor, f"path matcher must begin with '/', got {at.value}")


def _needs_words(directive: Directive) -> Iterator[Fault]:
    given = [a for a in directive.args if a.value != "*" and not a.value.startswith("@")]
    if not given and directive.block is None:
        yield Fault(directive.name.anchor, f"{_COUNT} '{directive.name.value}'")


def _basic_auth(directive: Directive) -> Iterator[Fault]:
    for user in directive.block or ():
        if "{" in user.name.value or user.name.value == "import":
            continue
        if not user.args:
            yield Fault(user.name.anchor, "username and password cannot be empty or missing")
        elif not user.args[0].value.startswith(("$", "JDJ", "{")) and "{" not in user.args[0].value:
            yield Fault(user.args[0].anchor, "a password is written as its hash (`caddy hash-password`)")


def _tls(directive: Directive) -> Iterator[Fault]:
    if len(directive.args) == 1 and directive.args[0].value not in ("internal", "force_automate"):
        only = directive.args[0]
        if "@" not in only.value:
            said = "single argument must either be 'internal', 'force_automate', or an email address"
            yield Fault(only.anchor, said)


def _encode(directive: Directive) -> Iterator[Fault]:
    for word in directive.args:
        near = (
            near_names(word.value, ("gzip", "zstd"), words=False)
            if word.value not in ("gzip", "zstd")
            else []
        )
        if near:
            yield Fault(
                word.anchor, f"finding encoder module '': module not registered: http.encoders.{word.value}"
            )


def _forward_auth(directive: Directive) -> Iterator[Fault]:
    if not any(d.name.value in ("uri", "import") for d in directive.block or ()):
        yield Fault(directive.name.anchor, "the 'uri' subdirective is required")


def _uri(directive: Directive) -> Iterator[Fault]:
    given = [a for a in directive.args if a.value != "*" and not a.value.startswith(("@", "/"))]
    if (
        given
        and given[0].value not in MANIPULATIONS
        and near_names(given[0].value, MANIPULATIONS, words=False)
    ):
        yield Fault(given[0].anchor, f"unrecognized URI manipulation '{given[0].value}'")


def _proxy(directive: Directive) -> Iterator[Fault]:
    for inner in directive.block or ():
        first = inner.args[0] if inner.args else None
        if first is None or "{" in first.value:
            continue
        name = inner.name.value
        if (
            name == "lb_policy"
            and first.value not in POLICIES
            and near_names(first.value, POLICIES, words=False)
        ):
            said = f"module not registered: http.reverse_proxy.selection_policies.{first.value}"
            yield Fault(first.anchor, said)
        elif name in _TIMES and not _TIME.match(first.value.lstrip("+-")):
            yield Fault(first.anchor, f"bad duration value {first.value}")
        elif name == "health_status" and not _STATUS.match(first.value):
            yield Fault(first.anchor, f"bad status value '{first.value}'")
        elif name == "transport":
            if first.value not in ("http", "fastcgi") and near_names(
                first.value, ("http", "fastcgi"), words=False
            ):
                yield Fault(
                    first.anchor, f"module not registered: http.reverse_proxy.transport.{first.value}"
                )
            elif first.value == "http":
                yield from _transport(inner.block or ())


def _transport(settings: Sequence[Directive]) -> Iterator[Fault]:
    for one in settings:
        name = one.name
        if name.value not in TRANSPORT and near_names(name.value, TRANSPORT, words=False):
            yield Fault(name.anchor, f"unrecognized subdirective {name.value}")


_READ: Mapping[str, Callable[[Directive], Iterator[Fault]]] = {
    "basic_auth": _basic_auth,
    "basicauth": _basic_auth,
    "encode": _encode,
    "forward_auth": _forward_auth,
    "handle": _handle,
    "handle_path": _handle_path,
    "redir": _needs_words,
    "reverse_proxy": _proxy,
    "rewrite": _needs_words,
    "tls": _tls,
    "uri": _uri,
}
