"""Lines that HAProxy refuses wherever it runs, in its words: conditions without their ACL, and words that it does not take.

Every wording was seen on 2.6 (`haproxy -c`). Lines between `.if` and `.endif`, and words with variables that are not
known, are left alone. Keywords that a release has dropped are refused where the release is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from upstreamlint.documents import Scalar
from upstreamlint.graph.likeness import near_names
from upstreamlint.programs.haproxy.arguments import arguments, in_global, in_resolvers, of_head, tables
from upstreamlint.programs.haproxy.keywords import (
    BALANCE,
    BALANCES,
    BIND_ALONE,
    BUILT_IN,
    CONDITIONAL,
    DROPPED,
    DROPPED_OPTIONS,
    FAMILY,
    FETCHES,
    KEYWORDS,
    MODES,
    NOT_IN_DEFAULTS,
    PROXIES,
    SUPPORTS,
    TIMEOUTS,
    USERLIST,
    Release,
)
from upstreamlint.programs.haproxy.sections import Line, Section
from upstreamlint.readers.compose.tree import is_unknown
from upstreamlint.readers.fault import Fault


def refused(sections: Sequence[Section], release: Release | None) -> Iterator[Fault]:
    """Every line that is refused; nothing is dropped by a release that is not known."""
    lists = {s.name.value for s in sections if s.kind == "userlist" and s.name is not None}
    early = release < BIND_ALONE if release is not None else _is_for_early(sections)
    for section in sections:
        if section.kind in PROXIES and not section.head.unsure:
            yield from _in_proxy(section, lists)
            yield from of_head(section, early=early)
            yield from tables(section)
        for line in section.lines:
            if section.kind == "defaults" and line.name in NOT_IN_DEFAULTS and not line.unsure:
                yield Fault(line.keyword.anchor, f"'{line.name}' not allowed in 'defaults' section.")
            if not line.unsure and section.kind in (*PROXIES, "defaults", "global"):
                yield from _dropped(line, section.kind, release)
                if section.kind != "global":
                    yield from _choices(line)
                    yield from arguments(section, line)
                else:
                    yield from in_global(line)
            elif not line.unsure and section.kind == "resolvers":
                yield from in_resolvers(line)


def _is_for_early(sections: Sequence[Section]) -> bool:
    """Whether lines are written for an early release: later ones have dropped their keywords."""
    return any(line.name in DROPPED for section in sections for line in section.lines)


def _in_proxy(section: Section, lists: set[str]) -> Iterator[Fault]:
    acls: set[str] = set()
    servers: dict[str, Line] = {}
    opaque = False
    for line in section.lines:
        opaque |= line.unsure
        if line.unsure:
            acls.update(a.value for a in line.args[:1] if line.name == "acl")
            continue
        if line.name == "acl" and line.args:
            acls.add(line.args[0].value)
            opaque |= is_unknown(line.args[0])
            yield from _fetched(line.args[1:2])
        elif line.name in CONDITIONAL and not opaque:
            yield from _conditions(line, acls)
            yield from _chosen(line)
        elif line.name == "server" and line.args:
            yield from _server(line, section, servers)
        yield from _userlists(line, lists)
        near = near_names(line.name, KEYWORDS, words=False) if line.name not in _KNOWN else []
        if near and len(line.name) > _SHORT and not is_unknown(line.keyword):
            said = (
                f"unknown keyword '{line.name}' in '{section.kind}' section; did you mean '{near[0]}' maybe ?"
            )
            yield Fault(line.keyword.anchor, said)


_KNOWN = frozenset(
    (*KEYWORDS, *CONDITIONAL, *DROPPED, "errorfiles", "errorloc", "errorloc302", "errorloc303")
)
_SHORT = 3


def _conditions(line: Line, acls: set[str]) -> Iterator[Fault]:
    """The ACLs that a condition names, which must be defined above it."""
    words = [a.value for a in line.args]
    if sum(w in ("if", "unless") for w in words) != 1:
        return
    start = next(n for n, w in enumerate(words) if w in ("if", "unless")) + 1
    inside = False
    opened = [w for w in line.args[start:] if w.value in ("{", "!{")]
    if len(opened) > sum(w.value == "}" for w in line.args[start:]):
        yield Fault(opened[-1].anchor, "missing closing '}' in condition.")
        return
    for word in line.args[start:]:
        name = word.value.removeprefix("!")
        if name == "{":
            inside = True
        elif inside or name in ("", "or", "||", "}"):
            inside = inside and word.value != "}"
        elif name not in acls and not BUILT_IN.match(name) and _plain(word):
            yield Fault(word.anchor, f"no such ACL : '{name}'.")


def _chosen(line: Line) -> Iterator[Fault]:
    """What stands behind the name of a backend."""
    after = line.args[1] if line.name == "use_backend" and len(line.args) > 1 else None
    if (
        after is not None
        and after.value not in ("if", "unless")
        and _plain(line.args[0])
        and "%" not in line.args[0].value
    ):
        said = f"unexpected keyword '{after.value}' after switching rule, only 'if' and 'unless' are allowed."
        yield Fault(after.anchor, said)


def _fetched(words: Sequence[Scalar]) -> Iterator[Fault]:
    """A method that an ACL asks, which may have arguments and converters behind it."""
    for word in words:
        name = word.value.partition("(")[0].partition(",")[0]
        known = name in FETCHES or FAMILY.fullmatch(name) is not None
        near = near_names(name, FETCHES, words=False) if not known and _plain(word) and "_" in name else []
        if near:
            said = f"unknown fetch method '{name}' in ACL expression '{word.value}' (`{near[0]}` is one)"
            yield Fault(word.anchor, said)


def _plain(word: Scalar) -> bool:
    return not is_unknown(word) and "$" not in word.value and "{" not in word.value


def _server(line: Line, section: Section, servers: dict[str, Line]) -> Iterator[Fault]:
    name = line.args[0]
    if section.kind == "frontend":
        owner = section.name.value if section.name is not None else ""
        said = f"'server' not allowed because frontend '{owner}' has no backend capability"
        yield Fault(line.keyword.anchor, said)
    elif _plain(name):
        first = servers.setdefault(name.value, line)
        if first is not line:
            owner = section.name.value if section.name is not None else ""
            at = first.keyword.anchor.line
            said = f"{section.kind} '{owner}', another server named '{name.value}' was already defined at line {at}"
            yield Fault(name.anchor, said, ((first.args[0].anchor, "the other one"),))


def _userlists(line: Line, lists: set[str]) -> Iterator[Fault]:
    for word in line.args:
        for found in USERLIST.finditer(word.value) if "http_auth" in word.value else ():
            if found[1] not in lists and _plain(word):
                said = f"unable to find userlist '{found[1]}' referenced in arg 1 of ACL keyword 'http_auth'"
                yield Fault(word.anchor, said)


def _dropped(line: Line, kind: str, release: Release | None) -> Iterator[Fault]:
    """A keyword, or an option, that the release does not have any more."""
    if release is None:
        return
    row = DROPPED.get(line.name)
    if row is not None and release >= row[0] and (line.name == "nbproc") == (kind == "global"):
        since = ".".join(map(str, row[0]))
        said = f"the '{line.name}' directive is not supported anymore since HAProxy {since}. Use {row[1]}"
        yield Fault(line.keyword.anchor, said)
    first = line.args[0] if line.args else None
    if line.name == "option" and first is not None and first.value in DROPPED_OPTIONS:
        dropped = DROPPED_OPTIONS[first.value]
        if release >= dropped:
            since = ".".join(map(str, dropped))
            said = f"option '{first.value}' is not supported any more since HAProxy {since}, please just remove it"
            yield Fault(first.anchor, said)


def _choices(line: Line) -> Iterator[Fault]:
    """A word that is none of those that a keyword takes."""
    first = line.args[0] if line.args else None
    if first is None or not _plain(first):
        return
    value = first.value
    if line.name == "mode" and value not in MODES:
        yield Fault(first.anchor, f"unknown proxy mode '{value}'")
    elif line.name == "balance" and value.partition("(")[0] not in (*BALANCE, "hdr"):
        if near_names(value, BALANCE, words=False):
            yield Fault(first.anchor, BALANCES)
    elif line.name == "timeout" and value not in TIMEOUTS and near_names(value, TIMEOUTS, words=False):
        yield Fault(first.anchor, f"{SUPPORTS} (got '{value}')")
