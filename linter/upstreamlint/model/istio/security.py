"""PeerAuthentication and AuthorizationPolicy: who may connect, and how."""

from __future__ import annotations

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.model.kubernetes.meta import KubernetesObject, Labels, Meta, integer, labels
from upstreamlint.source import Anchor
from upstreamlint.values import entity, replace


@entity
class PeerAuthentication(KubernetesObject):
    """A PeerAuthentication; no selector means its whole namespace, or the mesh in the root namespace.

    `mode` is the mode as written; `ports` those of single ports of the pod.
    """

    selector: Labels | None
    mode: Scalar | None
    ports: tuple[tuple[int, Scalar], ...]

    def mode_at(self, port: int | None) -> Scalar | None:
        """The mode of a port of the pod; nothing when it is inherited."""
        found = next((mode for number, mode in self.ports if number == port), self.mode)
        return None if found is None or found.value == "UNSET" else found


@entity
class TokenRule:
    """A rule for tokens: by whom they are made. `forwards` says that requests keep them, `elsewhere` that they are in another place than usual."""

    issuer: str
    forwards: bool
    elsewhere: bool
    anchor: Anchor


@entity
class RequestAuthentication(KubernetesObject):
    """A RequestAuthentication: the URLs that keys of tokens are fetched from, whose pods it is for, and its rules."""

    keys: tuple[Scalar, ...]
    selector: Labels | None
    targeted: bool
    rules: tuple[TokenRule, ...]


def request_authentication(meta: Meta, root: Mapping) -> RequestAuthentication | None:
    """A RequestAuthentication from its manifest; a rule that holds its keys itself fetches none."""
    spec = root.mapping("spec")
    if spec is None:
        return None
    rules = (r for r in spec.mappings("jwtRules") if r.get("jwks") is None)
    uris = (r.scalar("jwksUri") or r.scalar("jwks_uri") for r in rules)
    chosen = spec.mapping("selector")
    return RequestAuthentication(
        meta,
        tuple(uri for uri in uris if uri is not None),
        labels(chosen.get("matchLabels")) if chosen else None,
        spec.get("targetRef") is not None or spec.get("targetRefs") is not None,
        tuple(_token_rule(r) for r in spec.mappings("jwtRules")),
    )


_PLACES = frozenset({"fromHeaders", "fromParams", "fromCookies"})


def _token_rule(node: Mapping) -> TokenRule:
    issuer, forwards = node.scalar("issuer"), node.scalar("forwardOriginalToken")
    return TokenRule(
        issuer.value if issuer is not None else "",
        forwards is not None and forwards.value == "true",
        not _PLACES.isdisjoint(node.entries),
        node.anchor,
    )


@entity
class AccessSource:
    """A `source` of a rule: every field that is set must hold.

    `excludes` says that it asks for nothing but who does not call: whoever shows no identity is none of those.
    """

    principals: tuple[Scalar, ...]
    namespaces: tuple[Scalar, ...]
    other: bool
    excludes: bool = False


@entity
class AccessOperation:
    """An `operation` of a rule: every field that is set must hold."""

    ports: tuple[Scalar, ...]
    other: bool


@entity
class AccessRule:
    """One rule: any of its sources, any of its operations; `conditional` says that it has a `when`.

    `rest` is what is left of it where nothing is known of requests, if it asks for anything of them, `below` what is left where
    ztunnel takes connections, which knows less. `by_token` says that it asks for one that was let in, `without_token` that it takes whoever shows none.
    """

    sources: tuple[AccessSource, ...]
    operations: tuple[AccessOperation, ...]
    conditional: bool
    anchor: Anchor
    rest: AccessRule | None = None
    below: AccessRule | None = None
    by_token: bool = False
    without_token: bool = False


@entity
class AuthorizationPolicy(KubernetesObject):
    """An AuthorizationPolicy. `targeted` says that it names its targets instead of selecting pods.

    `provider` is the extension provider that a CUSTOM one asks; a `dry` one is only tried.
    """

    action: str
    selector: Labels | None
    targeted: bool
    rules: tuple[AccessRule, ...]
    provider: Scalar | None = None
    dry: bool = False


def peer_authentication(meta: Meta, root: Mapping) -> PeerAuthentication:
    """A PeerAuthentication from its manifest."""
    spec = root.mapping("spec")
    if spec is None:
        return PeerAuthentication(meta, None, None, ())
    chosen, mtls, by_port = spec.mapping("selector"), spec.mapping("mtls"), spec.mapping("portLevelMtls")
    ports = []
    for entry in by_port or ():
        number, body = integer(entry.key._replace(plain=True)), entry.value
        mode = body.scalar("mode") if isinstance(body, Mapping) else None
        if number is not None and mode is not None:
            ports.append((number, mode))
    return PeerAuthentication(
        meta,
        labels(chosen.get("matchLabels")) if chosen else None,
        mtls.scalar("mode") if mtls else None,
        tuple(ports),
    )


def authorization_policy(meta: Meta, root: Mapping) -> AuthorizationPolicy:
    """An AuthorizationPolicy from its manifest; without rules an ALLOW policy allows nothing."""
    spec = root.mapping("spec")
    if spec is None:
        return AuthorizationPolicy(meta, "ALLOW", None, targeted=False, rules=())
    chosen, action, provider = spec.mapping("selector"), spec.scalar("action"), spec.mapping("provider")
    return AuthorizationPolicy(
        meta,
        action.value if action else "ALLOW",
        labels(chosen.get("matchLabels")) if chosen else None,
        targeted=spec.get("targetRef") is not None or spec.get("targetRefs") is not None,
        rules=tuple(_rule(r) for r in spec.mappings("rules")),
        provider=provider.scalar("name") if provider else None,
        dry=meta.annotation("istio.io/dry-run") not in (None, "false"),
    )


_EXCLUDING = {"notPrincipals", "notNamespaces"}


_OF_REQUESTS = {
    *("hosts", "notHosts", "methods", "notMethods", "paths", "notPaths"),
    *("requestPrincipals", "notRequestPrincipals"),
}
"""What a rule may ask of requests alone (istio: `pilot/pkg/security/authz/model/generator.go`)."""

_BEYOND_ZTUNNEL = _OF_REQUESTS | {"remoteIpBlocks", "notRemoteIpBlocks"}
_ZTUNNEL_KEYS = {"source.ip", "source.namespace", "source.principal", "destination.ip", "destination.port"}
"""What ztunnel knows nothing of, and the conditions that it knows (istio: `pilot/pkg/serviceregistry/ambient`, `handleRule`)."""


def _rule(node: Mapping) -> AccessRule:
    keys = [k.value for when in node.mappings("when") if (k := when.scalar("key")) is not None]
    left = [key for key in keys if not key.startswith("request.")]
    known = [key for key in keys if key in _ZTUNNEL_KEYS]
    return replace(
        _without(node, set(), conditional=node.get("when") is not None),
        rest=_without(node, _OF_REQUESTS, conditional=bool(left))
        if _asks(node, _OF_REQUESTS) or left != keys
        else None,
        below=_without(node, _BEYOND_ZTUNNEL, conditional=bool(known))
        if _asks(node, _BEYOND_ZTUNNEL) or known != keys
        else None,
        by_token=any(key.startswith("request.auth.") for key in keys)
        or (bool(_sources(node)) and all("requestPrincipals" in s for s in _sources(node))),
        without_token=bool(_sources(node))
        and all({*s.entries} == {"notRequestPrincipals"} and "*" in _texts(s) for s in _sources(node))
        and not _operations(node)
        and not keys,
    )


def _texts(source: Mapping) -> list[str]:
    return [s.value for s in source.scalars("notRequestPrincipals")]


def _sources(node: Mapping) -> list[Mapping]:
    return [s for f in node.mappings("from") if (s := f.mapping("source")) is not None]


def _operations(node: Mapping) -> list[Mapping]:
    return [o for t in node.mappings("to") if (o := t.mapping("operation")) is not None]


def _asks(node: Mapping, fields: set[str]) -> bool:
    return any(not fields.isdisjoint(part.entries) for part in (*_sources(node), *_operations(node)))


def _without(node: Mapping, fields: set[str], *, conditional: bool) -> AccessRule:
    """A rule without some of the fields that it asks for: a part that asks for nothing else takes all."""
    sources, operations = _sources(node), _operations(node)
    free = bool(fields) and any(not _sets_more(s, fields) for s in sources)
    open_ = bool(fields) and any(not _sets_more(o, fields) for o in operations)
    return AccessRule(
        () if free else tuple(_source(s, fields) for s in sources),
        () if open_ else tuple(_operation(o, fields) for o in operations),
        conditional,
        node.anchor,
    )


def _source(node: Mapping, without: set[str]) -> AccessSource:
    return AccessSource(
        tuple(node.scalars("principals")),
        tuple(node.scalars("namespaces")),
        _sets_more(node, {"principals", "namespaces", *without}),
        bool(node.entries) and not _sets_more(node, _EXCLUDING | without),
    )


def _operation(node: Mapping, without: set[str]) -> AccessOperation:
    return AccessOperation(tuple(node.scalars("ports")), _sets_more(node, {"ports", *without}))


def _sets_more(node: Mapping, known: set[str]) -> bool:
    return any(key not in known for key in node.entries)
