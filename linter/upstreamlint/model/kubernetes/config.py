"""ConfigMaps, Secrets, namespaces, and objects that only say that something is there."""

from __future__ import annotations

from upstreamlint.documents import Entry, Mapping, Scalar
from upstreamlint.model.kubernetes.meta import KubernetesObject, Meta
from upstreamlint.source import Anchor
from upstreamlint.typed import TYPE_CHECKING
from upstreamlint.values import entity

if TYPE_CHECKING:
    from upstreamlint.model.linkerd import MeshIdentities, MeshServer
    from upstreamlint.model.mesh_permissions import Intentions, SecuredMesh, TrafficPermission
    from upstreamlint.typed import TypeAlias

    Guard: TypeAlias = MeshServer | MeshIdentities | Intentions | TrafficPermission | SecuredMesh


@entity
class ConfigMap(KubernetesObject):
    """A ConfigMap: its texts by key, and where each key stands, of texts and other data."""

    data: dict[str, Entry]
    keys: dict[str, Anchor]


@entity
class Secret(KubernetesObject):
    """A Secret: where each key stands, and its type, which is `Opaque` where none is written. Values are not kept."""

    keys: dict[str, Anchor]
    type: str = "Opaque"


@entity
class Namespace(KubernetesObject):
    """A Namespace, for its labels."""


@entity
class Other(KubernetesObject):
    """An object of a kind that nothing models: its controller may create pods, Services and labels.

    `secret` is the name of the Secret that its controller is known to make, `into` the namespace that it installs an
    application into, `guard` what it says of those that Linkerd, Consul or Kuma lets in.
    """

    secret: Scalar | None = None
    into: str = ""
    guard: Guard | None = None


_MAKERS: dict[tuple[str, str], tuple[str, ...]] = {
    ("external-secrets.io", "ExternalSecret"): ("spec", "target", "name"),
    ("kubernetes-client.io", "ExternalSecret"): (),
    ("bitnami.com", "SealedSecret"): ("spec", "template", "metadata", "name"),
    ("secrets.hashicorp.com", "VaultStaticSecret"): ("spec", "destination", "name"),
    ("secrets.hashicorp.com", "VaultDynamicSecret"): ("spec", "destination", "name"),
    ("secrets.hashicorp.com", "VaultPKISecret"): ("spec", "destination", "name"),
    ("ricoberger.de", "VaultSecret"): (),
    ("onepassword.com", "OnePasswordItem"): (),
    ("secrets.infisical.com", "InfisicalSecret"): ("spec", "managedSecretReference", "secretName"),
    ("secrets.doppler.com", "DopplerSecret"): ("spec", "managedSecret", "name"),
}
"""Where objects name the Secret that their controllers make; it has their own name where that is left out (the documentation of each)."""


_INTO: dict[tuple[str, str], tuple[str, ...]] = {
    ("argoproj.io", "Application"): ("spec", "destination", "namespace"),
    ("helm.toolkit.fluxcd.io", "HelmRelease"): ("spec", "targetNamespace"),
    ("helm.cattle.io", "HelmChart"): ("spec", "targetNamespace"),
}
"""Where objects that install an application name the namespace for it; it is their own where that is left out."""


def other(meta: Meta, root: Mapping) -> Other:
    """An object of a kind that nothing models, from its manifest."""
    into = _INTO.get((meta.group, meta.kind))
    if into is not None:
        space = root.at(*into)
        return Other(meta, into=space.value if isinstance(space, Scalar) else meta.namespace)
    path = _MAKERS.get((meta.group, meta.kind))
    if path is None:
        return Other(meta, guard=_guard(meta, root))
    named = root.at(*path) if path else None
    return Other(meta, named if isinstance(named, Scalar) and named.value else meta.name)


def _guard(meta: Meta, root: Mapping) -> Guard | None:
    if meta.group == "policy.linkerd.io":
        from upstreamlint.model.linkerd import guard

        return guard(meta, root)
    if meta.group in ("consul.hashicorp.com", "kuma.io"):
        from upstreamlint.model.mesh_permissions import permissions

        return permissions(meta, root)
    return None


def config_map(meta: Meta, root: Mapping) -> ConfigMap:
    """A ConfigMap from its manifest."""
    data = root.mapping("data")
    entries = data.entries if data else {}
    texts = {k: e for k, e in entries.items() if isinstance(e.value, Scalar)}
    return ConfigMap(meta, texts, _keys(root, "data", "binaryData"))


def secret(meta: Meta, root: Mapping) -> Secret:
    """A Secret from its manifest."""
    written = root.scalar("type")
    return Secret(meta, _keys(root, "data", "stringData"), written.value if written is not None else "Opaque")


def _keys(root: Mapping, *fields: str) -> dict[str, Anchor]:
    held = [root.mapping(field) for field in fields]
    return {name: entry.key.anchor for part in held if part for name, entry in part.entries.items()}
