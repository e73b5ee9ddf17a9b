"""Objects of cert-manager: Issuers, by which Ingresses they answer the challenges of ACME, and Certificates, with the Secrets that they fill."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.model.kubernetes.meta import KubernetesObject, Meta
from upstreamlint.source import Anchor
from upstreamlint.values import entity


@entity
class Solver:
    """Challenges that an Ingress of cert-manager's own answers; `class_name` is missing where it gets none."""

    class_name: Scalar | None
    anchor: Anchor


@entity
class Issuer(KubernetesObject):
    """An Issuer or ClusterIssuer, and its solvers that make an Ingress."""

    solvers: tuple[Solver, ...]


@entity
class Certificate(KubernetesObject):
    """A Certificate; `secret` is the Secret of its namespace that holds what it gets."""

    secret: Scalar


def certificate(meta: Meta, root: Mapping) -> Certificate | None:
    """A Certificate from its manifest."""
    secret = root.at("spec", "secretName")
    return Certificate(meta, secret) if isinstance(secret, Scalar) else None


_CLASS_ANNOTATION = "kubernetes.io/ingress.class"


def issuer(meta: Meta, root: Mapping) -> Issuer:
    """An Issuer from its manifest (cert-manager, pkg/issuer/acme/http/ingress.go, `buildIngressResource`)."""
    acme = root.at("spec", "acme")
    return Issuer(meta, tuple(_solvers(acme)) if isinstance(acme, Mapping) else ())


def _solvers(acme: Mapping) -> Iterator[Solver]:
    for solver in acme.mappings("solvers"):
        ingress = solver.at("http01", "ingress")
        if not isinstance(ingress, Mapping) or ingress.scalar("name") is not None:
            continue
        annotated = ingress.at("ingressTemplate", "metadata", "annotations", _CLASS_ANNOTATION)
        written = ingress.scalar("ingressClassName") or ingress.scalar("class")
        if isinstance(annotated, Scalar):
            written = annotated
        yield Solver(written, ingress.anchor)
