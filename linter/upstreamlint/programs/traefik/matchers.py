"""What Traefik says of the rule of a router: matchers that it does not have, and rules that no request ever fits.

After pkg/muxer/http/matcher.go and matcher_v2.go, and those of tcp; measured on 3.7, which reads both syntaxes. A rule that
is refused makes no router. Since 3 a matcher takes one text, and expressions are Go's; the syntax of 2 has
`{name:expression}` in hosts and paths.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.graph.likeness import near_names
from upstreamlint.programs.traefik.expression import Argument, Call, Expression, Fault, Joined, Not, parse
from upstreamlint.values import frozen

V2, V3 = "v2", "v3"
_COUNTS: dict[tuple[str, str], dict[str, tuple[int, ...]]] = {
    ("http", V3): {
        "ClientIP": (1,),
        "Method": (1,),
        "Host": (1,),
        "HostRegexp": (1,),
        "Path": (1,),
        "PathRegexp": (1,),
        "PathPrefix": (1,),
        "Header": (2,),
        "HeaderRegexp": (2,),
        "Query": (1, 2),
        "QueryRegexp": (1, 2),
    },
    ("http", V2): dict.fromkeys(
        (
            "Host",
            "HostHeader",
            "HostRegexp",
            "ClientIP",
            "Path",
            "PathPrefix",
            "Method",
            "Headers",
            "HeadersRegexp",
            "Query",
        ),
        (),
    ),
    ("tcp", V3): {"HostSNI": (1,), "HostSNIRegexp": (1,), "ClientIP": (1,), "ALPN": (1,)},
    ("tcp", V2): dict.fromkeys(("HostSNI", "HostSNIRegexp", "ClientIP", "ALPN"), ()),
}
"""How many texts each matcher takes; any number where none is given."""

_INSTEAD = {
    "HostHeader": "Host",
    "Headers": "Header",
    "HeadersRegexp": "HeaderRegexp",
    "Header": "Headers",
    "HeaderRegexp": "HeadersRegexp",
    "PathRegexp": "Path",
    "Host": "HostSNI",
    "HostSNI": "Host",
    "HostRegexp": "HostSNIRegexp",
    "HostSNIRegexp": "HostRegexp",
}
_HOSTS = ("Host", "HostSNI", "HostHeader")
_PATHS = ("Path", "PathPrefix")
_EXPRESSIONS = ("HostRegexp", "HostSNIRegexp", "PathRegexp")
_VARIABLE = patterns.compile(r"\$\{[^{}]{0,200}\}|\$\w{1,100}")
_PLACEHOLDER = patterns.compile(r"\{[A-Za-z_][\w-]{0,60}(?::(?:[^{}]|\{[^{}]{0,60}\}){0,200})?\}")
_ONLY_GO = patterns.compile(r"[\^$+*?|()\[\]\\]")
_URL = patterns.compile(r"(?P<scheme>(?<![a-z])[a-z]+://)|(?P<path>/)|(?P<port>\A[^:]+:\d+\Z)")


@frozen
class Refusal:
    """What is wrong with a rule. `start` and `end` are where; `never` says that it is taken, and fits no request.

    `partly` says that other parts of the rule may fit.
    """

    start: int
    end: int
    message: str
    log: str
    help: str = ""
    never: bool = False
    partly: bool = False


def refusals(text: str, protocol: str, syntax: str, *, tls: bool) -> Iterator[Refusal]:
    """What is wrong with a rule; `tls` says that its router has TLS."""
    known = _COUNTS.get((protocol, syntax))
    if known is None or "{{" in text:
        return
    found = parse(text)
    if isinstance(found, Fault):
        # A variable may hold any part of a rule.
        if "$" not in text:
            yield _unread(text, found)
        return
    refused = [r for call in _calls(found) for r in _refused(call, known, protocol)]
    yield from refused
    if not refused:
        if protocol == "tcp" and not tls:
            yield from _without_tls(found)
        yield from _never(found, syntax)


def _unread(text: str, fault: Fault) -> Refusal:
    """An expression that is none."""
    at = min(fault.at, max(len(text) - 1, 0))
    end = min(at + max(len(fault.found) if fault.found[:1].isalpha() else 1, 1), len(text))
    hints = {"'": "texts stand in backticks", "and": "write `&&`", "or": "write `||`", ";": "write `&&`"}
    hint = hints.get(fault.found.lower(), "")
    if fault.found == "the end of the line":
        at, end = 0, len(text)
        hint = "end the line with its `&&` or `||`, or write the rule on one line"
    said = f"cannot be read: {fault.found} stands where it cannot" if text.strip() else "is empty"
    return Refusal(at, end, said, "error while parsing rule", hint)


def _calls(one: Expression) -> Iterator[Call]:
    if isinstance(one, Call):
        yield one
    elif isinstance(one, Not):
        yield from _calls(one.inner)
    else:
        for part in one.parts:
            yield from _calls(part)


def _canonical(name: str, known: dict[str, tuple[int, ...]]) -> str | None:
    """A matcher by its name, which may be written in capitals, in small letters or with one capital."""
    return next((k for k in known if name in (k, k.lower(), k.upper(), k.capitalize())), None)


def _refused(call: Call, known: dict[str, tuple[int, ...]], protocol: str) -> Iterator[Refusal]:
    name = _canonical(call.name, known)
    if name is None:
        other = _INSTEAD.get(call.name)
        near = [other] if other in known else near_names(call.name, known.keys())[:1]
        said = f"uses `{call.name}`, which is no matcher of {protocol.upper()} routers here"
        hint = f"write `{near[0]}`" if near else ""
        yield Refusal(call.start, call.end, said, f"unsupported function: {call.name}", hint)
        return
    counts, given = known[name], len(call.arguments)
    if (counts and given not in counts) or not given:
        taken = " or ".join(map(str, counts or (1,)))
        said = f"gives `{call.name}` {given} texts, and it takes {taken} since Traefik 3"
        hint = ""
        if counts == (1,) and given > 1:
            hint = "write " + " || ".join(f"{call.name}(`{a.value}`)" for a in call.arguments[:3])
            said = f"gives `{call.name}` {given} texts, and it takes one since Traefik 3"
        elif not given:
            said = f"gives `{call.name}` no text"
        log = f"unexpected number of parameters; got {given}"
        yield Refusal(call.start, _end(call), said, log if given else "no args for matcher", hint)
        return
    for one in call.arguments:
        if not one.value.strip():
            said = f"gives `{call.name}` an empty text"
            yield Refusal(call.start, _end(call), said, "empty args for matcher")
        elif name in _PATHS and not one.value.startswith(("/", "$")):
            said = f"has the path `{one.value}`, which does not start with a `/`"
            yield Refusal(one.start, one.end, said, "does not start with", f"write `/{one.value}`")


def _end(call: Call) -> int:
    return call.arguments[-1].end + 1 if call.arguments else call.end


def _without_tls(one: Expression) -> Iterator[Refusal]:
    """A name of TLS that is asked for where there is no TLS: other ways to fit the rule do not help."""
    for call in _calls(one):
        asked = [a for a in call.arguments if a.value != "*"]
        if call.name.lower() == "hostsni" and asked and not isinstance(one, Joined):
            said = f"asks for the name `{asked[0].value}` of TLS, and the router has no `tls`"
            yield Refusal(
                asked[0].start,
                asked[0].end,
                said,
                "has HostSNI matcher, but no TLS on router",
                "write HostSNI(`*`), or give the router `tls`",
            )


def _never(one: Expression, syntax: str, *, partly: bool = False) -> Iterator[Refusal]:
    """Matchers that no request fits; `partly` says that others may fit in their place."""
    if isinstance(one, Joined):
        for part in one.parts:
            yield from _never(part, syntax, partly=partly or not one.every)
    elif isinstance(one, Call):
        reasons = [_unfit(one, argument, syntax) for argument in one.arguments]
        if reasons and all(reasons):
            said, hint = next(r for r in reasons if r)
            first = one.arguments[0]
            yield Refusal(first.start, first.end, said, "", hint, never=True, partly=partly)


def _unfit(call: Call, argument: Argument, syntax: str) -> tuple[str, str] | None:
    """Why no request has what an argument asks for, and what would do."""
    name = call.name.lower()
    plain = _VARIABLE.sub("", argument.value)
    placeholder = _PLACEHOLDER.search(plain)
    if syntax == V3 and placeholder is not None:
        if name in map(str.lower, _EXPRESSIONS) and "|" not in _PLACEHOLDER.sub("", plain):
            said = f"asks for `{placeholder[0]}` as it is written: since Traefik 3 `{call.name}` takes an expression of Go"
            return said, "write the expression without `{name:…}`, or set `ruleSyntax: v2`"
        if name in map(str.lower, _PATHS):
            said = f"asks for `{placeholder[0]}` as it is written: since Traefik 3 `{call.name}` takes a plain path"
            return said, "write `PathRegexp` with an expression"
    literal = name in ("hostregexp", "hostsniregexp") and "{" not in argument.value
    if syntax == V2 and literal and _ONLY_GO.search(plain):
        said = (
            f"asks for `{argument.value}` as it is written: in Traefik 2 an expression stands in `{{name:…}}`"
        )
        return said, "write `{host:expression}`"
    if name in map(str.lower, _HOSTS) and (found := _URL.search(plain)) is not None:
        what = {"scheme": "a scheme", "path": "a path", "port": "a port"}[found.lastgroup or "path"]
        return f"asks for the host `{argument.value}`, and no host has {what}", "write the host alone"
    return None
