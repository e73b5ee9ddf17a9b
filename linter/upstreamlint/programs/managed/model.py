"""An object that configures a managed program: its rules, and the Services that they name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.documents import Mapping, Node, Scalar
from upstreamlint.model.kubernetes.meta import KubernetesObject, Meta
from upstreamlint.model.linkerd import Admission, admission
from upstreamlint.model.rewriting import Glue, glue
from upstreamlint.numerals import decimal
from upstreamlint.programs.managed.checks.written import WrittenCheck, written_check
from upstreamlint.programs.managed.fields import at, scalar, text
from upstreamlint.programs.managed.kinds import Kind, Names, kinds
from upstreamlint.readers.compose.tree import part
from upstreamlint.source import Anchor
from upstreamlint.values import entity, replace


@entity
class Backend:
    """A Service that a rule names; `port` is missing where none is written.

    `implied` says that the port is the one of its kind. `spoken` is what the rule says that it speaks, in lower case, `checked` where it asks for a health check. `trusting` says that it names what certificates are held against, `check_port` the port that is asked for health.
    `stream` says that what is passed to it is no HTTP.
    """

    service: Scalar
    namespace: Scalar | None
    port: Scalar | None
    weight: int
    mirror: bool
    spoken: str = ""
    checked: Anchor | None = None
    implied: bool = False
    trusting: bool = False
    check_port: Scalar | None = None
    stream: bool = False


@entity
class Rule:
    """A host and a path, and where they lead; `parts` are what requests pass on their way, `check` what backends are asked for their health."""

    host: str
    path: str
    backends: tuple[Backend, ...]
    anchor: Anchor
    parts: tuple[Named, ...] = ()
    check: WrittenCheck | None = None


@entity
class ManagedRoute(KubernetesObject):
    """The object, and what its kind says about it.

    `includes` are objects that it hands paths to, `host` is its own, `paths` are those that it takes where others hand it
    some. `classes` are those of the programs that are to take it. `asked` is the URL that it asks before a request goes on, `secret` holds its certificate.
    `ended` is where it says that the TLS of clients ends, `admits` whom it lets in. `glued` are prefixes that run together with what is put in their place.
    """

    kind: Kind
    rules: tuple[Rule, ...]
    includes: tuple[Include, ...]
    named: tuple[Named, ...] = ()
    host: Scalar | None = None
    paths: tuple[Scalar, ...] = ()
    asked: Scalar | None = None
    classes: tuple[Scalar, ...] = ()
    secret: Scalar | None = None
    ended: Anchor | None = None
    admits: Admission | None = None
    glued: tuple[Glue, ...] = ()


@entity
class Include:
    """Another object that takes a part of the requests."""

    name: Scalar
    namespace: Scalar | None
    path: str


@entity
class Named:
    """Something else that an object names, in an item of `within`; `known` are the names that the object itself defines for it."""

    names: Names
    name: Scalar
    namespace: Scalar | None
    known: tuple[Scalar, ...]
    within: Node

    @property
    def leads(self) -> bool:
        """Whether requests go on to it; what has a provider behind its name is none of these objects."""
        return self.names.leads and "@" not in self.name.value


def managed_route(meta: Meta, root: Mapping) -> ManagedRoute | None:
    """The routes of an object; nothing where it is of no kind of the table."""
    kind = kinds().get((meta.group, meta.kind))
    if kind is None:
        return None
    shared = scalar(root, kind.root_host) if kind.root_host else None
    named = tuple(_named(kind, root))
    rules = [
        rule
        for node in at(root, kind.rules)
        if isinstance(node, Mapping)
        and (rule := _rule(kind, root, node, shared.value if shared else "", named)) is not None
    ]
    for node in at(root, kind.streams) if kind.streams else ():
        stream = (
            _rule(kind, root, node, shared.value if shared else "", ()) if isinstance(node, Mapping) else None
        )
        if stream is not None:
            passed = tuple(replace(b, stream=True) for b in stream.backends)
            rules.append(replace(stream, backends=passed, check=None))
    return ManagedRoute(
        meta,
        kind,
        tuple(rules),
        tuple(_includes(kind, root)),
        named,
        host=shared,
        paths=tuple(_subpaths(kind, root)),
        asked=scalar(root, kind.asks) if kind.asks else None,
        classes=tuple(_classes(root, kind.class_at)) if kind.class_at else (),
        secret=scalar(root, kind.certificate) if kind.certificate else None,
        ended=next((found.anchor for found in at(root, kind.ends_tls)), None) if kind.ends_tls else None,
        admits=admission(meta, root),
        glued=tuple(_glued(kind, root)),
    )


def _glued(kind: Kind, root: Mapping) -> Iterator[Glue]:
    rewrites = kind.rewrites
    for node in at(root, rewrites.at) if rewrites is not None else ():
        if rewrites is not None and not any(True for name in rewrites.but for _ in at(node, name)):
            found = glue(scalar(node, rewrites.prefix), scalar(node, rewrites.instead))
            if found is not None:
                yield found


def _classes(root: Mapping, path: str) -> Iterator[Scalar]:
    """One name, or a list of names."""
    for found in (*at(root, path), *at(root, f"{path}[]")):
        if isinstance(found, Scalar):
            yield found


def _named(kind: Kind, root: Mapping) -> Iterator[Named]:
    for names in kind.names:
        known = tuple(n for n in at(root, names.defined) if isinstance(n, Scalar)) if names.defined else ()
        inside = names.at.removeprefix(kind.rules)
        for rule in at(root, kind.rules) if inside.startswith(".") else (root,):
            for holder in at(rule, inside[1:] if inside.startswith(".") else names.at):
                if not _counts(holder, names.when):
                    continue
                name = (
                    holder
                    if isinstance(holder, Scalar)
                    else scalar(holder, names.name)
                    if names.name
                    else None
                )
                space = holder.scalar(names.space) if names.space and isinstance(holder, Mapping) else None
                if name is not None and name.value:
                    yield Named(names, name, space, known, rule)


def _counts(holder: Node, when: str) -> bool:
    """Whether what holds a name has the field and the value of `field=value`."""
    field, _, value = when.partition("=")
    return not when or text(holder, field) == value


def _rule(kind: Kind, root: Mapping, node: Mapping, shared: str, named: tuple[Named, ...]) -> Rule | None:
    found = [b for b in at(node, kind.backends) if isinstance(b, Mapping)] if kind.backends else [node]
    backends = tuple(b for one in found if (b := _backend(kind, one, node)) is not None)
    if kind.even and not any(b.weight for b in backends if not b.mirror):
        backends = tuple(replace(b, weight=1) for b in backends)
    parts = tuple(n for n in named if n.within is node or n.within is root)
    ends = [*(b.service for b in backends), *(n.name for n in parts if n.leads)]
    if not ends:
        return None
    path = _taken(text(node, kind.path), kind.path_pattern) or "/"
    host = shared or _taken(text(node, kind.host), kind.host_pattern) or "*"
    return Rule(
        host,
        f"{kind.path_of} {path}".strip(),
        backends,
        ends[0].anchor,
        parts,
        written_check(kind.health, root, node),
    )


def _backend(kind: Kind, node: Mapping, rule: Mapping) -> Backend | None:
    told = node.scalar(kind.backend_kind) if kind.backend_kind else None
    if told is not None and told.value != "Service":
        return None
    if kind.address:
        return _addressed(kind, node)
    service = scalar(node, kind.service)
    if service is None or not service.value:
        return None
    if kind.whole_names:
        match = _WHOLE.match(service.value)
        if match is None:
            return None
        space: Scalar | None = part(service, *match.span("namespace"))
        service = part(service, *match.span("name"))
    else:
        space = scalar(node, kind.namespace) if kind.namespace else None
    port = scalar(rule, kind.rule_port) if kind.rule_port else scalar(node, kind.port)
    implied = port is None and kind.port_else is not None
    weight = node.scalar(kind.weight) if kind.weight else None
    mirror = node.scalar(kind.mirror) if kind.mirror else None
    return Backend(
        service=service,
        namespace=space,
        port=service._replace(value=str(kind.port_else)) if implied else port,
        weight=_weight(weight, kind.unweighted),
        mirror=mirror is not None and mirror.value == "true",
        spoken=(text(node, kind.spoken) or text(rule, kind.spoken)).lower(),
        checked=node.key(kind.check) if kind.check and kind.check in node else None,
        implied=implied,
        trusting=bool(kind.trusts) and any(True for place in (node, rule) for _ in at(place, kind.trusts)),
        check_port=node.scalar(kind.health.backend_port)
        if kind.health is not None and kind.health.backend_port
        else None,
    )


def _weight(written: Scalar | None, otherwise: int) -> int:
    number = decimal(written.value) if written is not None else None
    return otherwise if number is None else number


_ADDRESS = patterns.compile(
    r"(?:(?P<scheme>[a-z]{2,6})://)?(?P<name>[a-z0-9](?:[a-z0-9-]{0,62}))(?:\.(?P<namespace>[a-z0-9-]{1,63}))?(?:\.svc[a-z0-9.-]{0,80})?"
    r"(?::(?P<port>\d{1,5}))?/?\Z"
)


_WHOLE = patterns.compile(
    r"(?P<name>[a-z0-9](?:[a-z0-9-]{0,62}))\.(?P<namespace>[a-z0-9-]{1,63})\.svc(?:\.cluster\.local\.?)?\Z"
)


def _addressed(kind: Kind, node: Mapping) -> Backend | None:
    """`service`, `service.namespace`, with a port behind it, as Emissary writes addresses."""
    written, context = node.scalar(kind.address), text(node, kind.spoken)
    match = _ADDRESS.match(written.value) if written is not None else None
    if written is None or match is None:
        return None
    secure = match["scheme"] == "https" or context not in ("", "false")
    number = kind.port_secure if secure else kind.port_else
    implied = not match["port"] and number is not None and "resolver" not in node
    service = part(written, *match.span("name"))
    return Backend(
        service=service,
        namespace=part(written, *match.span("namespace")) if match["namespace"] else None,
        port=part(written, *match.span("port"))
        if match["port"]
        else service._replace(value=str(number))
        if implied
        else None,
        weight=1,
        mirror=False,
        spoken="https" if secure else "",
        implied=implied,
    )


def _includes(kind: Kind, root: Mapping) -> Iterator[Include]:
    """What an object hands to others of a kind."""
    includes = kind.includes
    for item in at(root, includes.at) if includes is not None else ():
        name = item.scalar(includes.name) if isinstance(item, Mapping) and includes is not None else None
        if not isinstance(item, Mapping) or includes is None or name is None or not name.value:
            continue
        path = text(item, includes.path) or "/"
        space, slash, _ = name.value.partition("/")
        if slash:
            yield Include(part(name, len(space) + 1, len(name.value)), part(name, 0, len(space)), path)
        else:
            yield Include(name, item.scalar(includes.space) if includes.space else None, path)


def _subpaths(kind: Kind, root: Mapping) -> Iterator[Scalar]:
    """The paths that an object takes where another hands it some."""
    found = {i.paths for k in kinds().values() if (i := k.includes) is not None and i.kind == kind.kind}
    for path in filter(None, found):
        yield from (n for n in at(root, path) if isinstance(n, Scalar))


def _taken(text: str, pattern: str) -> str:
    match = re.search(pattern, text) if pattern else None
    return match[1] if match is not None else "" if pattern else text
