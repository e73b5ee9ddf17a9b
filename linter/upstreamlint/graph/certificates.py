"""Which Secrets hold the certificates that gateways show: those that stand here, and those that cert-manager fills."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.finding import Affected
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.likeness import near_names, sole
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.gateway_api import KubernetesGateway, ListenerSet
from upstreamlint.model.kubernetes import Ingress, Other, Workload
from upstreamlint.model.kubernetes.config import Secret
from upstreamlint.model.kubernetes.issuer import Certificate
from upstreamlint.model.kubernetes.nearest import same_namespace, same_tree
from upstreamlint.model.kubernetes.needs import SECRET
from upstreamlint.programs.managed.model import ManagedRoute
from upstreamlint.typed import TypeAlias
from upstreamlint.values import NamedTuple, StrEnum, entity

_Holder: TypeAlias = Secret | Certificate
_COPIED = patterns.compile(r"reflect|replicat|kubed|emberstack|mittwald")
"""What puts copies of a Secret into other namespaces: reflector, replicator, kubed."""

_PAIR = ("tls.crt", "tls.key")
_PLAIN = ("Opaque", "kubernetes.io/tls")


class Unheld(StrEnum):
    """Why there is no certificate."""

    MISSING = "missing"
    ELSEWHERE = "elsewhere"
    """A Secret of this name is in another namespace."""
    NO_PAIR = "no pair"
    """The Secret has no `tls.crt` and `tls.key`."""


class Holding(NamedTuple):
    """What the name of a Secret came to."""

    verdict: Verdict
    fault: Unheld = Unheld.MISSING
    near: tuple[Candidate, ...] = ()
    space: str = ""


@entity(kw_only=True)
class ListenerCertificate(Reference):
    """The Secret with the certificate of what messages call `title`; `hits` are the routes that come by it.

    No `fault` says that its namespace does not permit it. `assumption` is where the gateway is taken to run. `instead` is the certificate
    that clients are shown without it, where the connection does not end.
    """

    title: str
    namespace: str
    fault: Unheld | None
    hits: tuple[Affected, ...] = ()
    assumption: str = ""
    instead: str = ""


class Certificates:
    """The Secrets of a run that may hold a certificate, by name."""

    def __init__(self, index: Index) -> None:
        self._ladder = index.ladder
        self._others = {o.meta.anchor.source.path: o.meta.anchor.source.text for o in index.of(Other)}
        self._by_name: dict[str, list[_Holder]] = defaultdict(list)
        for secret in index.of(Secret):
            self._by_name[secret.meta.name.value].append(secret)
        for certificate in index.of(Certificate):
            self._by_name[certificate.secret.value].append(certificate)
        self._asked = set(_asked(index))

    def known(self, name: str, namespace: str) -> bool:
        """Whether a Secret of a namespace is among the files, or will be made of what is."""
        return any(same_namespace(h.meta.namespace, namespace) for h in self._by_name.get(name, ()))

    def look_up(self, name: Scalar, namespace: str, folder: str, *, pairs: bool = True) -> Holding:
        """What a Secret that is named in a folder comes to; `pairs` says that it must have a certificate and its key."""
        if is_placeholder(name.value) or is_placeholder(namespace or "-"):
            return Holding(Verdict.UNKNOWN)
        named = self._by_name.get(name.value, [])
        here = [h for h in named if same_namespace(h.meta.namespace, namespace)]
        if here:
            lacking = pairs and len(here) == 1 and _lacks(here[0])
            verdict = Verdict.CONFLICT if lacking else Verdict.FOUND
            return Holding(verdict, Unheld.NO_PAIR, (Candidate(here[0].anchor, "this Secret", ""),))
        around = [h for h in named if same_tree(h.meta.folder, folder) and not self._is_asked(h)]
        if around and not any(_COPIED.search(h.meta.anchor.source.text) for h in around):
            other = around[0]
            there = Candidate(_place(other).anchor, f"it is in namespace `{other.meta.namespace}`", "")
            return Holding(Verdict.NEAR_MISS, Unheld.ELSEWHERE, (there,), other.meta.namespace)
        if named or self._mentioned(name):
            return Holding(Verdict.UNKNOWN)
        own = {
            n: h
            for n, holders in self._by_name.items()
            for h in holders
            if same_namespace(h.meta.namespace, namespace) and same_tree(h.meta.folder, folder)
            if not self._is_asked(h)
        }
        like = near_names(name.value, own)
        near = tuple(
            Candidate(_place(own[n]).anchor, f"Secret `{n}`", n, certain=sole(name.value, like))
            for n in like[:1]
        )
        verdict = self._ladder.absent(name.value, folder, near=bool(near), also=(f"{namespace}/*",))
        # Secrets are seldom kept beside what names them.
        apart = verdict is Verdict.ABSENT and not self._ladder.complete
        return Holding(Verdict.EXTERNAL if apart else verdict, Unheld.MISSING, near)

    def _is_asked(self, holder: _Holder) -> bool:
        """Whether something of its own namespace asks for a Secret: then it is for that."""
        return (holder.meta.namespace, _place(holder).value) in self._asked

    def _mentioned(self, name: Scalar) -> bool:
        """Whether a file with objects that nobody models names a Secret, beside the place that asks for it: those may fill it."""
        own = self._others.get(name.source.path)
        beside = own is not None and name.value in f"{own[: name.start]}{own[name.end :]}"
        return beside or any(
            name.value in text for path, text in self._others.items() if path != name.source.path
        )


def _asked(index: Index) -> Iterator[tuple[str, str]]:
    """Each Secret that something asks for: the namespace that it is looked up in, and its name."""
    for ingress in index.of(Ingress):
        yield from ((ingress.meta.namespace, s.value) for s in ingress.secrets)
    gateways: tuple[KubernetesGateway | ListenerSet, ...] = (
        *index.of(KubernetesGateway),
        *index.of(ListenerSet),
    )
    for gateway in gateways:
        yield from ((c.namespace, c.name.value) for x in gateway.listeners for c in x.certificates)
    for managed in index.of(ManagedRoute):
        if managed.secret is not None:
            space, slash, name = managed.secret.value.rpartition("/")
            yield (space if slash else managed.meta.namespace, name)
    for workload in index.of(Workload):
        yield from (
            (workload.meta.namespace, n.name.value) for n in workload.template.needs if n.kind == SECRET
        )


def _place(holder: _Holder) -> Scalar:
    return holder.secret if isinstance(holder, Certificate) else holder.meta.name


def _lacks(holder: _Holder) -> bool:
    """Whether a Secret holds something, and no certificate with its key; what a type of its own holds is its program's."""
    if not isinstance(holder, Secret) or holder.type not in _PLAIN or holder.meta.patched:
        return False
    return bool(holder.keys) and not all(key in holder.keys for key in _PAIR)
