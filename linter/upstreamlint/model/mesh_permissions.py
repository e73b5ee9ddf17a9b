"""Who may call whom in the meshes of Consul and Kuma.

developer.hashicorp.com/consul, "Service intentions configuration entry reference"; kuma.io, "MeshTrafficPermission". An intention is for a service by its name, a permission for the
data plane proxies that a `targetRef` finds; each lets clients in, or keeps them out.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.model.kubernetes.meta import KubernetesObject, Meta
from upstreamlint.source import Anchor
from upstreamlint.values import entity

CONSUL, KUMA = "consul.hashicorp.com", "kuma.io"
ANY = "*"


@entity
class Intention:
    """A source of intentions; `allows` is unknown where requests are told apart, or the source is of elsewhere."""

    source: Scalar
    allows: bool | None


@entity
class Intentions(KubernetesObject):
    """A ServiceIntentions of Consul: who may call a service, `*` being any."""

    destination: Scalar
    sources: tuple[Intention, ...]


@entity
class Proxies:
    """The proxies of Kuma that a `targetRef` finds: those with some tags or labels, of a MeshService, or all of a mesh; nothing known of a `strange` one.

    `identity` is the end of a SPIFFE ID behind the trust domain instead (`/ns/shop/sa/web`), `whole` says that it is all of it.
    """

    tags: dict[str, str]
    service: tuple[str, str]
    anchor: Anchor
    strange: bool = False
    identity: str | None = None
    whole: bool = False


@entity
class Permitted:
    """Clients that a MeshTrafficPermission lets in, or keeps out."""

    clients: Proxies
    allows: bool


@entity
class TrafficPermission(KubernetesObject):
    """A MeshTrafficPermission."""

    target: Proxies
    permitted: tuple[Permitted, ...]


@entity
class SecuredMesh(KubernetesObject):
    """A Mesh of Kuma whose proxies speak mutual TLS; a `permissive` one takes plain text as well."""

    permissive: bool


def permissions(meta: Meta, root: Mapping) -> Intentions | TrafficPermission | SecuredMesh | None:
    """What an object of Consul or Kuma says of that, if it does."""
    spec = root.mapping("spec")
    if spec is None:
        return None
    match meta.group, meta.kind:
        case "consul.hashicorp.com", "ServiceIntentions":
            return _intentions(meta, spec)
        case "kuma.io", "MeshTrafficPermission":
            target = _proxies(spec.mapping("targetRef"), spec.anchor, meta.namespace)
            return TrafficPermission(meta, target, tuple(_permitted(meta, spec)))
        case "kuma.io", "Mesh":
            return _mesh(meta, spec)
    return None


def _intentions(meta: Meta, spec: Mapping) -> Intentions | None:
    name = spec.at("destination", "name")
    if not isinstance(name, Scalar):
        return None
    found = []
    for one in spec.mappings("sources"):
        source, action = one.scalar("name"), one.scalar("action")
        if source is not None:
            elsewhere = any(one.get(field) is not None for field in ("peer", "partition", "samenessGroup"))
            told = None if action is None or elsewhere else action.value == "allow"
            found.append(Intention(source, told))
    return Intentions(meta, name, tuple(found))


def _permitted(meta: Meta, spec: Mapping) -> Iterator[Permitted]:
    for one in spec.mappings("from"):
        action = one.at("default", "action")
        told = action.value.lower() if isinstance(action, Scalar) else ""
        yield Permitted(_proxies(one.mapping("targetRef"), one.anchor, meta.namespace), told != "deny")
    for rule in spec.mappings("rules"):
        default = rule.mapping("default")
        for field in ("deny", "allow", "allowWithShadowDeny") if default is not None else ():
            for one in default.mappings(field) if default is not None else ():
                yield Permitted(_identity(one), field != "deny")


def _identity(one: Mapping) -> Proxies:
    kind, value = one.at("spiffeID", "type"), one.at("spiffeID", "value")
    if not isinstance(value, Scalar) or not value.value.startswith("spiffe://") or len(one.entries) > 1:
        return Proxies({}, ("", ""), one.anchor, strange=True)
    _, slash, path = value.value.removeprefix("spiffe://").partition("/")
    whole = isinstance(kind, Scalar) and kind.value == "Exact"
    return Proxies({}, ("", ""), value.anchor, identity=slash + path, whole=whole)


def _proxies(reference: Mapping | None, anchor: Anchor, own: str) -> Proxies:
    """What a `targetRef` finds; without one it is all of the mesh."""
    if reference is None:
        return Proxies({}, ("", ""), anchor)
    kind, name, space = (reference.scalar(f) for f in ("kind", "name", "namespace"))
    told = kind.value if kind is not None else "Mesh"
    if told == "MeshService" and name is not None:
        return Proxies({}, (name.value, space.value if space is not None else own), name.anchor)
    held = reference.mapping("tags") or reference.mapping("labels")
    tags = {str(e.key): e.value.value for e in held or () if isinstance(e.value, Scalar)}
    strange = told not in ("Mesh", "MeshSubset", "Dataplane") or name is not None
    return Proxies(tags, ("", ""), (held or reference).anchor, strange=strange)


def _mesh(meta: Meta, spec: Mapping) -> SecuredMesh | None:
    tls = spec.mapping("mtls")
    enabled = tls.scalar("enabledBackend") if tls is not None else None
    if tls is None or enabled is None or not enabled.value:
        return None
    modes = [b.scalar("mode") for b in tls.mappings("backends")]
    return SecuredMesh(meta, any(m is not None and m.value.upper() == "PERMISSIVE" for m in modes))
