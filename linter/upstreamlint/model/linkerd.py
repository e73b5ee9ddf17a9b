"""Linkerd's policies: which ports of which pods are guarded, and who is let in.

linkerd.io, "Authorization Policy" (reference): a Server is a port of some pods. An AuthorizationPolicy lets in who shows all that it requires, a
ServerAuthorization any of its clients; nobody else is, unless the Server has an `accessPolicy`.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.graph.evidence import is_placeholder
from upstreamlint.model.kubernetes.meta import KubernetesObject, LabelSelector, Meta, selector
from upstreamlint.source import Anchor
from upstreamlint.values import entity

GROUP = "policy.linkerd.io"
_OF_ACCOUNTS = ".serviceaccount.identity."


@entity
class MeshServer(KubernetesObject):
    """A Server; `access` is what it lets in by itself."""

    pods: LabelSelector | None
    port: Scalar | None
    access: Scalar | None
    opaque: bool

    @property
    def denies(self) -> bool:
        """Whether nobody is let in by the Server alone."""
        return self.access is None or self.access.value == "deny"


@entity
class Shown:
    """Whom an identity is of: the pods of a ServiceAccount, of a namespace or of the mesh where neither is told; `other` says that no pod has it."""

    account: str | None
    namespace: str | None
    anchor: Anchor
    other: bool = False

    def is_of(self, account: str, namespace: str) -> bool:
        """Whether pods of a ServiceAccount have it."""
        return not self.other and self.account in (None, account) and self.namespace in (None, namespace)


@entity
class MeshIdentities(KubernetesObject):
    """A MeshTLSAuthentication: who shows one of these."""

    shown: tuple[Shown, ...]


@entity
class Required:
    """What an AuthorizationPolicy requires: an object by its kind, name and namespace."""

    kind: str
    name: Scalar
    namespace: str


@entity
class Admission:
    """What an AuthorizationPolicy or ServerAuthorization lets in to its target, named or by labels of Servers.

    All of what is `required` must be shown, and one of `shown`; nothing there when others than clients of the mesh may be let in.
    """

    target_kind: str
    target: str
    servers: LabelSelector | None
    required: tuple[Required, ...]
    shown: tuple[Shown, ...] | None


def guard(meta: Meta, root: Mapping) -> MeshServer | MeshIdentities | None:
    """A Server or a MeshTLSAuthentication, if an object is one."""
    spec = root.mapping("spec") if meta.group == GROUP else None
    if spec is None:
        return None
    if meta.kind == "MeshTLSAuthentication":
        shown = [_written(one) for one in spec.scalars("identities")]
        return MeshIdentities(meta, (*shown, *_referred(spec, "identityRefs", meta.namespace)))
    if meta.kind != "Server" or spec.get("externalWorkloadSelector") is not None:
        return None
    spoken = spec.scalar("proxyProtocol")
    opaque = spoken is not None and spoken.value in ("opaque", "TLS")
    return MeshServer(
        meta, selector(spec.get("podSelector")), spec.scalar("port"), spec.scalar("accessPolicy"), opaque
    )


def admission(meta: Meta, root: Mapping) -> Admission | None:
    """What an object that lets in says, if it is one."""
    spec = root.mapping("spec") if meta.group == GROUP else None
    if spec is None or meta.kind not in _ADMITTING:
        return None
    return _ADMITTING[meta.kind](meta, spec)


def _policy(meta: Meta, spec: Mapping) -> Admission | None:
    target = spec.mapping("targetRef")
    if target is None:
        return None
    kind, name = target.scalar("kind"), target.scalar("name")
    required = []
    for one in spec.mappings("requiredAuthenticationRefs"):
        of, called, space = one.scalar("kind"), one.scalar("name"), one.scalar("namespace")
        if of is not None and called is not None:
            required.append(Required(of.value, called, space.value if space is not None else meta.namespace))
    told = name.value if name is not None else ""
    return Admission(kind.value if kind is not None else "", told, None, tuple(required), None)


def _server_authorization(meta: Meta, spec: Mapping) -> Admission | None:
    named, client = spec.mapping("server"), spec.mapping("client")
    if named is None or client is None:
        return None
    called, meshed = named.scalar("name"), client.mapping("meshTLS")
    anyhow = [client.scalar("unauthenticated"), meshed.scalar("unauthenticatedTLS") if meshed else None]
    shown: tuple[Shown, ...] | None = None
    if meshed is not None and not any(one is not None and one.value != "false" for one in anyhow):
        shown = (
            *(_written(one) for one in meshed.scalars("identities")),
            *_referred(meshed, "serviceAccounts", meta.namespace),
        )
    told = called.value if called is not None else ""
    return Admission("Server", told, selector(named.get("selector")), (), shown)


_ADMITTING = {"AuthorizationPolicy": _policy, "ServerAuthorization": _server_authorization}


def _written(text: Scalar) -> Shown:
    """A name like `front.shop.serviceaccount.identity.linkerd.cluster.local`, or the end of such names after a star."""
    whose, told, _ = text.value.partition(_OF_ACCOUNTS)
    account, dot, namespace = whose.partition(".")
    if is_placeholder(text.value.replace("*", "any")) or (account == "*" and not (told and dot)):
        return Shown(None, None, text.anchor)
    if account == "*":
        return Shown(None, namespace, text.anchor)
    return Shown(account, namespace, text.anchor, other=not told)


def _referred(spec: Mapping, field: str, own: str) -> Iterator[Shown]:
    """ServiceAccounts, and all those of a namespace."""
    for one in spec.mappings(field):
        kind, name, space = one.scalar("kind"), one.scalar("name"), one.scalar("namespace")
        if name is None or is_placeholder(name.value):
            yield Shown(None, None, one.anchor)
        elif kind is not None and kind.value == "Namespace":
            yield Shown(None, name.value, name.anchor)
        else:
            yield Shown(name.value, space.value if space is not None else own, name.anchor)
