"""Names as istiod reads them: hosts, wildcards, gateways, `exportTo`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.graph.likeness import near_names
from upstreamlint.model.kubernetes.nearest import same_namespace
from upstreamlint.values import NamedTuple

DEFAULT_DOMAIN = "cluster.local"
MESH = "mesh"
"""The reserved gateway name for every sidecar."""

_ADDRESS = patterns.compile(r"\d+\.\d+\.\d+\.\d+(?:/\d+)?\Z|\[?[0-9a-fA-F]*:[0-9a-fA-F:.]*\]?\Z")


class Host(NamedTuple):
    """A host after expansion. `service` and `namespace` are set when it is the name of a Kubernetes Service."""

    text: str
    service: str = ""
    namespace: str = ""

    @property
    def shown(self) -> str:
        """The host as messages name it."""
        return self.service if self.service and not self.namespace else self.text


def expand(written: str, namespace: str, domain: str = DEFAULT_DOMAIN) -> Host:
    """A host as istiod expands it: only a name without a dot gets the namespace of its own object.

    A full name counts as a Service's whatever the cluster domain is, unless the domain is a misspelling, or
    the usual one where the mesh has another.
    """
    if "." not in written and "*" not in written and not is_address(written):
        return Host(f"{written}.{namespace}.svc.{domain}", written, namespace)
    name, _, rest = written.partition(".")
    space, _, rest = rest.partition(".")
    label, _, suffix = rest.partition(".")
    if label == "svc" and suffix and "*" not in name and "*" not in space and not _misspelt(suffix, domain):
        return Host(written, name, space)
    return Host(written)


def _misspelt(suffix: str, domain: str) -> bool:
    if suffix in (domain, DEFAULT_DOMAIN):
        return suffix != domain
    cut = any(known.startswith(f"{suffix}.") for known in (domain, DEFAULT_DOMAIN))
    return cut or bool(near_names(suffix, [domain, DEFAULT_DOMAIN]))


def two_part(written: str) -> tuple[str, str] | None:
    """The Service and namespace of `svc.ns` or `svc.ns.svc`, which istiod does not expand."""
    parts = written.removesuffix(".svc").split(".")
    if len(parts) == 2 and "*" not in written and all(parts):  # noqa: PLR2004
        return parts[0], parts[1]
    return None


def is_address(host: str) -> bool:
    """Whether a host is an IP address or a block of them."""
    return _ADDRESS.match(host) is not None


def wildcards_of(host: str) -> Iterator[str]:
    """The wildcard hosts that cover a host, the most specific first."""
    rest = host
    while "." in rest:
        rest = rest.partition(".")[2]
        yield f"*.{rest}"
    yield "*"


def covers(pattern: str, host: str) -> bool:
    """Whether a host, which may be a wildcard itself, lies within a pattern."""
    if pattern in ("*", host):
        return True
    return pattern.startswith("*") and host.removeprefix("*").endswith(pattern[1:])


def overlap(one: str, other: str) -> bool:
    """Whether two hosts, each of which may be a wildcard, have a name in common."""
    return covers(one, other) or covers(other, one)


def gateway_name(written: str, namespace: str) -> tuple[str, str]:
    """The namespace and name that a reference to a gateway means: `x`, `ns/x`, `./x`, `x.ns[.svc…]`."""
    if "/" in written:
        space, _, name = written.partition("/")
        return (namespace if space == "." else space), name
    if "." in written:
        name, _, rest = written.partition(".")
        return rest.partition(".")[0], name
    return namespace, written


def exported(export_to: Iterable[Scalar], own: str, client: str) -> bool:
    """Whether an object of a namespace is visible in another one; nothing written means everywhere."""
    values = [s.value for s in export_to]
    if not values or "*" in values:
        return True
    return any(same_namespace(own if v == "." else v, client) for v in values if v != "~")
