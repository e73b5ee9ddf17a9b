"""Lines of HAProxy that have too few words, too many, or others than their keyword takes; each wording was seen on 2.6."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.numerals import decimal
from upstreamlint.programs.haproxy.options import BIND_FLAGS
from upstreamlint.programs.haproxy.sections import Line, Section
from upstreamlint.programs.haproxy.vocabulary import (
    ACTION,
    BIND,
    ERRORFILE,
    GLOBAL,
    OPTION,
    REDIRECT,
    SERVER,
    STATS,
    meant,
    with_a_word,
    words,
)
from upstreamlint.readers.compose.tree import is_unknown
from upstreamlint.readers.fault import Fault

_ENDS = frozenset({"if", "unless"})
_CODES = frozenset({"301", "302", "303", "307", "308"})
_PAIRS = frozenset({"set-header", "add-header"})
_METHODS = frozenset({"last", "libc", "none"})
_MAX_WEIGHT, _MAX_TIME, _LONGEST = 256, 2_147_483_647, 10**18
_TIME = patterns.compile(r"(\d+)(us|ms|s|m|h|d)?\Z")
_SCALE = {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_NAME = patterns.compile(r"[A-Za-z0-9_.:-]+\Z")
_ADDRESS = patterns.compile(r"[0-9A-Fa-f.:]+\Z")
_SERVER_WORDS, _TEMPLATE_WORDS = 2, 3


def arguments(section: Section, line: Line) -> Iterator[Fault]:
    """What is wrong with the words of one line of a section."""
    read = _READ.get(line.name)
    if read is not None and not any(is_unknown(a) for a in line.args):
        yield from read(section, line, line.args)


def in_global(line: Line) -> Iterator[Fault]:
    """A keyword of `global` that must be meant for another."""
    near = (
        meant(GLOBAL, line.name)
        if line.name not in words(GLOBAL) and not line.name.startswith(("tune.", "ssl-", "lua"))
        else ""
    )
    if near:
        yield Fault(
            line.keyword.anchor,
            f"unknown keyword '{line.name}' in 'global' section; did you mean '{near}' maybe ?",
        )


def in_resolvers(line: Line) -> Iterator[Fault]:
    """A name server without its name, or its port."""
    if line.name != "nameserver" or any(is_unknown(a) or "$" in a.value for a in line.args):
        return
    if len(line.args) < _SERVER_WORDS:
        yield Fault(line.keyword.anchor, "'nameserver' expects <name> and <addr>[:<port>] as arguments.")
    elif _ADDRESS.match(line.args[1].value) and ":" not in line.args[1].value:
        name, at = line.args[0].value, line.args[1]
        yield Fault(at.anchor, f"'nameserver {name}' : missing port specification in '{at.value}'")


def of_head(section: Section, *, early: bool) -> Iterator[Fault]:
    """A section whose first line has more than a name, or a name with letters that it may not have.

    An `early` release takes an address there: `listen stats :80`.
    """
    name = section.name
    if name is None or is_unknown(name) or "$" in name.value:
        return
    if section.kind in ("frontend", "backend", "listen") and not _NAME.match(name.value):
        bad = next((c for c in name.value if not _NAME.match(c)), "")
        said = f"character '{bad}' is not permitted in '{section.kind}' name '{name.value}'."
        yield Fault(name.anchor, said if bad else f"'{section.kind}' expects an <id> argument")
    more = section.head.args[1:2]
    if not early and section.kind in ("frontend", "listen") and more and more[0].value != "from":
        yield Fault(more[0].anchor, "please use the 'bind' keyword for listening addresses.")


def tables(section: Section) -> Iterator[Fault]:
    """What sticks to a table, or is counted in one, that its section does not have."""
    name = section.name.value if section.name is not None else ""
    if any(line.name == "stick-table" or line.unsure for line in section.lines):
        return
    for line in section.lines:
        given = [a.value for a in line.args]
        sticks = line.name == "stick" and given[:1] in (["on"], ["match"], ["store-request"])
        counts = (
            next((w for w in given[:2] if w.startswith("track-sc")), "")
            if line.name in ("http-request", "tcp-request")
            else ""
        )
        if not sticks and not counts:
            continue
        table = given[given.index("table") + 1] if "table" in given[:-1] else ""
        if not table and section.kind != "defaults":
            said = (
                f"unable to find stick-table '{name}'."
                if sticks
                else f"unable to find table '{name}' referenced by {counts}."
            )
            yield Fault(line.keyword.anchor, said)


def _server(section: Section, line: Line, given: Sequence[Scalar]) -> Iterator[Fault]:
    if section.kind not in ("backend", "listen"):
        return
    least, form = (
        (_SERVER_WORDS, "<name> and <addr>[:<port>]")
        if line.name == "server"
        else (_TEMPLATE_WORDS, "<prefix> <nb | range> <addr>[:<port>]")
    )
    if len(given) < least:
        yield Fault(line.keyword.anchor, f"'{line.name}' expects {form} as arguments.")
        return
    address, rest = given[least - 1], given[least:]
    if "://" in address.value and "@" not in address.value:
        yield Fault(address.anchor, f"could not resolve address '{address.value.rpartition(':')[0]}'.")
    at = 0
    while at < len(rest):
        word = rest[at]
        near = meant(SERVER, word.value)
        if near:
            yield Fault(word.anchor, f"unknown keyword '{word.value}'; did you mean '{near}' maybe ?")
            return
        takes = word.value in with_a_word(SERVER)
        value = rest[at + 1] if at + 1 < len(rest) else None
        if takes and value is None:
            yield Fault(word.anchor, f"'{word.value}' expects an argument.")
        elif takes and value is not None:
            yield from _value(word.value, value)
        elif word.value not in words(SERVER):
            # What follows may be its word.
            return
        at += 2 if takes else 1


def _value(option: str, value: Scalar) -> Iterator[Fault]:
    number = decimal(value.value)
    if option == "weight" and number is not None and number > _MAX_WEIGHT:
        yield Fault(value.anchor, f"weight is not within 0 and {_MAX_WEIGHT} ({value.value}).")
    elif option in ("rise", "fall") and number is None and "$" not in value.value:
        yield Fault(value.anchor, f"'{option}' has to be > 0.")
    elif option == "init-addr":
        for method in value.value.split(","):
            if method not in _METHODS and not _ADDRESS.match(method) and "$" not in method:
                said = f"'init-addr' : unknown init-addr method '{method}', supported methods are 'libc', 'last', 'none'."
                yield Fault(value.anchor, said)


def _bind(section: Section, line: Line, given: Sequence[Scalar]) -> Iterator[Fault]:
    rest = given[1:]
    known = {a.value for a in rest}
    for number, word in enumerate(rest):
        before = rest[number - 1].value if number else ""
        near = (
            meant(BIND, word.value) if before in BIND_FLAGS or not number or before not in words(BIND) else ""
        )
        if near and not word.value.startswith("/"):
            yield Fault(word.anchor, f"unknown keyword '{word.value}'; did you mean '{near}' maybe ?")
            return
    certificates = {"crt", "crt-list", "default-crt", "strict-sni", "ca-sign-file", "generate-certificates"}
    if "ssl" in known and known.isdisjoint(certificates):
        name = section.name.value if section.name is not None else ""
        said = f"Proxy '{name}': no SSL certificate specified for bind '{line.args[0].value}' (use 'crt')."
        yield Fault(next(a for a in rest if a.value == "ssl").anchor, said)


def _timeout(_: Section, line: Line, given: Sequence[Scalar]) -> Iterator[Fault]:
    if not given:
        return
    if len(given) == 1:
        yield Fault(given[0].anchor, f"'timeout {given[0].value}' expects an integer value (in milliseconds)")
        return
    found = _TIME.match(given[1].value)
    if found is not None and (decimal(found[1], _LONGEST) or 0) * _SCALE[found[2] or "ms"] > _MAX_TIME:
        yield Fault(
            given[1].anchor,
            f"timer overflow in argument '{given[1].value}' to '{line.name} {given[0].value}'",
        )


def _request(_: Section, __: Line, given: Sequence[Scalar]) -> Iterator[Fault]:
    if not given:
        return
    action, rest = given[0], given[1:]
    name = action.value.partition("(")[0]
    near = (
        meant(ACTION, name)
        if not name.startswith(("lua.", "sc-", "track-sc", "set-map", "del-", "add-acl"))
        else ""
    )
    if near:
        yield Fault(action.anchor, f"'http-request' does not know '{name}' (`{near}` is an action)")
    elif name in _PAIRS:
        plain = next((n for n, a in enumerate(rest) if a.value in _ENDS), len(rest))
        if plain < _SERVER_WORDS:
            yield Fault(action.anchor, f"parsing 'http-request {name}' rule : expects exactly 2 arguments.")
        elif plain > _SERVER_WORDS:
            at = rest[_SERVER_WORDS]
            yield Fault(
                at.anchor,
                f"'http-request {name}' expects either 'if' or 'unless' followed by a condition but found '{at.value}'.",
            )
    elif name == "redirect":
        yield from _redirected(action, rest)


def _redirect(_: Section, line: Line, given: Sequence[Scalar]) -> Iterator[Fault]:
    yield from _redirected(line.keyword, given)


def _redirected(head: Scalar, given: Sequence[Scalar]) -> Iterator[Fault]:
    at = 0
    while at < len(given) and given[at].value not in _ENDS:
        word = given[at]
        if word.value not in words(REDIRECT):
            yield Fault(
                word.anchor,
                f"redirect expects 'code', 'prefix', 'location', 'scheme', 'set-cookie' … (was '{word.value}').",
            )
            return
        if word.value == "code" and at + 1 < len(given) and given[at + 1].value not in _CODES:
            yield Fault(
                given[at + 1].anchor,
                f"'code': unsupported HTTP code '{given[at + 1].value}' (must be one of 301, 302, 303, 307 or 308).",
            )
            return
        at += 2 if word.value in with_a_word(REDIRECT) else 1
    if not any(a.value in ("prefix", "location", "scheme") for a in given):
        yield Fault(head.anchor, "redirection type expected ('prefix', 'location', or 'scheme')")


def _acl(_: Section, line: Line, given: Sequence[Scalar]) -> Iterator[Fault]:
    if not given:
        return
    name = given[0]
    if len(given) == 1:
        yield Fault(
            line.keyword.anchor,
            f"error detected while parsing ACL '{name.value}' : missing fetch method in ACL expression ''.",
        )
    elif not _NAME.match(name.value) and "$" not in name.value:
        bad = next(c for c in name.value if not _NAME.match(c))
        yield Fault(name.anchor, f"character '{bad}' is not permitted in acl name '{name.value}'.")


def _option(_: Section, __: Line, given: Sequence[Scalar]) -> Iterator[Fault]:
    near = meant(OPTION, given[0].value) if given else ""
    if near:
        yield Fault(given[0].anchor, f"unknown option '{given[0].value}'; did you mean '{near}' maybe ?")


def _stats(_: Section, __: Line, given: Sequence[Scalar]) -> Iterator[Fault]:
    if given and given[0].value not in words(STATS):
        said = f"unknown stats parameter '{given[0].value}', expects 'admin', 'uri', 'realm', 'auth', 'scope', 'enable' …"
        yield Fault(given[0].anchor, said)


def _http_check(_: Section, __: Line, given: Sequence[Scalar]) -> Iterator[Fault]:
    if [a.value for a in given[:1]] == ["expect"] and len(given) > 1 and decimal(given[1].value) is not None:
        said = "'http-check expect' : 'only supports [!]status, [!]rstatus, [!]string …'"
        yield Fault(given[1].anchor, said)


def _errorfile(_: Section, __: Line, given: Sequence[Scalar]) -> Iterator[Fault]:
    if given and decimal(given[0].value) is not None and given[0].value not in words(ERRORFILE):
        yield Fault(given[0].anchor, f"errorfile : status code '{given[0].value}' not handled")


def _needs_one(_: Section, line: Line, given: Sequence[Scalar]) -> Iterator[Fault]:
    if not given:
        what = "<cookie_name> as argument" if line.name == "cookie" else "an URI"
        yield Fault(line.keyword.anchor, f"'{line.name}' expects {what}")


_READ: Mapping[str, Callable[[Section, Line, Sequence[Scalar]], Iterator[Fault]]] = {
    "acl": _acl,
    "bind": _bind,
    "cookie": _needs_one,
    "errorfile": _errorfile,
    "http-check": _http_check,
    "http-request": _request,
    "monitor-uri": _needs_one,
    "option": _option,
    "redirect": _redirect,
    "server": _server,
    "server-template": _server,
    "stats": _stats,
    "timeout": _timeout,
}
