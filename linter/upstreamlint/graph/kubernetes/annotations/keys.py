"""Keys that no controller reads, or not on the object that has them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.documents import Entry, Scalar
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.annotations.faults import ALB, AnnotationFault, Unread, fault_of
from upstreamlint.graph.kubernetes.annotations.prefixes import Prefix
from upstreamlint.graph.likeness import near_names
from upstreamlint.graph.references import Candidate
from upstreamlint.model.kubernetes import Ingress, Service
from upstreamlint.model.kubernetes.nearest import same_namespace
from upstreamlint.programs.managed.annotations import domains, family
from upstreamlint.programs.managed.controllers import Classes, Controller


def misspelt(owner: Ingress | Service, key: str, entry: Entry) -> AnnotationFault | None:
    """A prefix, or a key of a family that is known as a whole, that is another one but for a slip of the hand."""
    domain, _, name = key.partition("/")
    found = family(key)
    if found is None:
        like = [] if domain in domains() else near_names(domain, domains(), words=False)
        meant = [
            f"{one}/{name}"
            for one in like
            if (f := family(f"{one}/{name}")) and f.known(f.name(f"{one}/{name}"))
        ]
    elif not found.known(found.name(key)):
        names = near_names(found.name(key), found.keys, words=False)
        meant = [found.prefix + one for one in names]
        meant += [found.prefix + one for one in _singular(found.name(key)) if one in found.keys]
    else:
        return None
    if not meant:
        return None
    only = meant[0] if len(set(meant)) == 1 and owner.meta.annotation(meant[0]) is None else ""
    text = f"no controller reads it: it is `{meant[0]}`"
    return fault_of(owner, entry, Unread.MISSPELT, text, f"write `{meant[0]}`", meant=only)


_SHORT = frozenset({"kubernetes.io", "ingress.kubernetes.io", "networking.k8s.io", "nginx.kubernetes.io"})
_OWN = "nginx.ingress.kubernetes.io/"


def other_prefix(
    owner: Ingress | Service, key: str, entry: Entry, classes: Classes
) -> AnnotationFault | None:
    """A key of ingress-nginx behind a part of its prefix; the old one, `ingress.kubernetes.io`, went with 0.9."""
    domain, _, name = key.partition("/")
    found = family(_OWN + name)
    if not isinstance(owner, Ingress) or domain not in _SHORT or found is None or name not in found.keys:
        return None
    if (
        classes.controller(owner) is not Controller.INGRESS_NGINX
        or owner.meta.annotation(_OWN + name) is not None
    ):
        return None
    text = f"ingress-nginx, which serves its class, reads `{_OWN}{name}`"
    return fault_of(owner, entry, Unread.MISSPELT, text, f"write `{_OWN}{name}`", meant=_OWN + name)


def behind_other(ingress: Ingress, prefix: Prefix | None) -> Iterator[AnnotationFault]:
    """The first annotation of an Ingress behind a prefix that its controller is told not to read."""
    entries = ingress.meta.annotations.entries if ingress.meta.annotations is not None else {}
    lost = [key for key in entries if prefix is not None and key.startswith(prefix.lost)]
    if prefix is None or not lost:
        return
    near = (Candidate(prefix.anchor, "the controller of its class is told so", ""),)
    text = f"the controller of its class reads what stands behind `{prefix.told[0]}` instead"
    remedy = f"write `{prefix.told[0]}{lost[0].partition('/')[2]}`"
    yield fault_of(ingress, entries[lost[0]], Unread.WRONG_OBJECT, text, remedy, near)


def _singular(name: str) -> Iterator[str]:
    """The name with an `s` more or less, which is no slip among names of ports, but is one here."""
    yield name.removesuffix("s")
    yield f"{name}s"


_EQUIVALENTS = {
    "healthcheck-path": "healthcheck-path",
    "healthcheck-port": "healthcheck-port",
    "healthcheck-protocol": "healthcheck-protocol",
    "healthcheck-interval": "healthcheck-interval-seconds",
    "healthcheck-timeout": "healthcheck-timeout-seconds",
    "healthcheck-healthy-threshold": "healthy-threshold-count",
    "healthcheck-unhealthy-threshold": "unhealthy-threshold-count",
    "healthcheck-success-codes": "success-codes",
    "backend-protocol": "backend-protocol",
    "nlb-target-type": "target-type",
    "target-group-attributes": "target-group-attributes",
}
"""What an ALB calls the settings of an NLB (both guides of the AWS Load Balancer Controller)."""
_NLB = "service.beta.kubernetes.io/aws-load-balancer-"
_CONFIG = patterns.compile(r"backend-?config", re.IGNORECASE)


def behind_alb(index: Index) -> dict[int, Ingress]:
    """The Services that an ALB leads to."""
    classes = Classes(index)
    served = [i for i in index.of(Ingress) if classes.controller(i) is Controller.ALB]
    if not served:
        return {}
    from upstreamlint.programs.managed.checks.fronts import fronts_of

    return {id(front.service): ingress for ingress in served for front in fronts_of(index, ingress)}


def misplaced(
    index: Index, owner: Ingress | Service, kind: str, key: str, entry: Entry, led_to: dict[int, Ingress]
) -> AnnotationFault | None:
    """A key on an object whose controller does not look for it there."""
    if isinstance(owner, Ingress) and _CONFIG.search(key) and isinstance(entry.value, Scalar):
        from upstreamlint.programs.managed.checks.policies import HealthCheck

        configs = [
            c
            for c in index.of(HealthCheck)
            if c.meta.kind == "BackendConfig"
            and c.meta.name.value in entry.value.value
            and same_namespace(c.meta.namespace, owner.meta.namespace)
        ]
        if configs or family(key) is not None:
            near = tuple(Candidate(c.anchor, "this BackendConfig is not used", "") for c in configs[:1])
            text = "GKE reads the BackendConfig that a Service names, not an Ingress"
            name = configs[0].meta.name.value if configs else "…"
            remedy = f'set `cloud.google.com/backend-config: \'{{"default": "{name}"}}\'` on the Service'
            return fault_of(owner, entry, Unread.WRONG_OBJECT, text, remedy, near)
    found = family(key)
    if found is None:
        return None
    name = found.name(key)
    if found.prefix == _NLB and isinstance(owner, Service) and owner.type != "LoadBalancer":
        ingress, equivalent = led_to.get(id(owner)), _EQUIVALENTS.get(name)
        if ingress is None or equivalent is None or _told(owner, ingress, ALB + equivalent):
            return None
        near = (Candidate(ingress.anchor, f"the ALB of Ingress `{ingress.title}` leads to it", ""),)
        text = "it is for Services of type LoadBalancer; the ALB before this one does not read it"
        return fault_of(owner, entry, Unread.WRONG_OBJECT, text, f"use `{ALB}{equivalent}`", near)
    if found.read_on(kind, name):
        return None
    kinds = [*found.on, *(k for k, names in found.also.items() if name in names)]
    kinds = [k for k in kinds if found.read_on(k, name)]
    text = f"{found.by} reads it on {' and '.join(_PLURALS.get(k, k) for k in kinds)} only"
    return fault_of(owner, entry, Unread.WRONG_OBJECT, text, f"write it on the {' or '.join(kinds)}")


_PLURALS = {"Ingress": "Ingresses", "Service": "Services"}


def _told(service: Service, ingress: Ingress, key: str) -> bool:
    return service.meta.annotation(key) is not None or ingress.meta.annotation(key) is not None
