"""Ingresses and NetworkPolicies (`pkg/apis/networking/validation`)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.refusal.addresses import block
from upstreamlint.refusal.at import At
from upstreamlint.refusal.kubernetes.metadata import selectors
from upstreamlint.refusal.refused import Refusal, forbidden, invalid, required

_CLASS = "kubernetes.io/ingress.class"
_DIRECTIONS = 2
_SEQUENCES = ("//", "/./", "/../", "%2f", "%2F")
_SUFFIXES = ("/..", "/.")


def ingress(root: At) -> Iterator[Refusal]:
    """What is refused of an Ingress."""
    spec = root.get("spec")
    if spec.unsure:
        return
    if spec.get("rules").empty and not spec.get("defaultBackend").given:
        yield Refusal(
            "spec",
            "Invalid value: null: either `defaultBackend` or `rules` must be specified",
            spec.anchor,
            lack=True,
        )
    yield from _backend(spec.get("defaultBackend"))
    for rule in spec.items("rules"):
        for path in rule.get("http").items("paths"):
            yield from _path(path)
            yield from _backend(path.get("backend"))
            if not path.get("backend").given and not path.unsure:
                yield Refusal(
                    path.get("backend").path,
                    'Invalid value: "": resource or service backend is required',
                    path.anchor,
                    lack=True,
                )
    annotation = root.get("metadata").get("annotations").get(_CLASS)
    name = spec.get("ingressClassName")
    if annotation.text and name.text and annotation.text != name.text:
        yield Refusal(
            f"annotations.{_CLASS}",
            f'Invalid value: "{annotation.text}": must match `ingressClassName` when both are specified',
            annotation.anchor,
            "",
            ((name.anchor, "the class in the spec"),),
        )


def _path(path: At) -> Iterator[Refusal]:
    kind, text = path.get("pathType").text, path.get("path")
    if text.unsure or kind not in ("Exact", "Prefix", "ImplementationSpecific"):
        return
    exact = kind != "ImplementationSpecific"
    if not text.text.startswith("/") and (text.text or exact) and (text.text or text.empty):
        yield invalid(text, "must be an absolute path")
    if exact:
        for part in _SEQUENCES:
            if part in text.text:
                yield invalid(text, f"must not contain '{part}'")
        for end in _SUFFIXES:
            if text.text.endswith(end):
                yield invalid(text, f"cannot end with '{end}'")


def _backend(backend: At) -> Iterator[Refusal]:
    service = backend.get("service")
    if not service.given or service.unsure:
        return
    port = service.get("port")
    name, number = port.get("name"), port.get("number")
    if port.unsure or name.unsure or number.unsure:
        return
    if not name.empty and number.number:
        yield Refusal(backend.path, 'Invalid value: "": cannot set both port name & port number', number.key)
    elif name.empty and not number.given:
        yield Refusal(backend.path, "Required value: port name or number is required", service.key, lack=True)


def ingress_class(root: At) -> Iterator[Refusal]:
    """What is refused of an IngressClass."""
    parameters = root.get("spec").get("parameters")
    scope, namespace = parameters.get("scope"), parameters.get("namespace")
    if scope.text == "Namespace" and not namespace.given:
        yield required(namespace, "`parameters.scope` is set to 'Namespace'")
    elif namespace.given and not scope.unsure and scope.text in ("", "Cluster"):
        yield forbidden(namespace, "`parameters.scope` is set to 'Cluster'")


def network_policy(root: At) -> Iterator[Refusal]:
    """What is refused of a NetworkPolicy."""
    spec = root.get("spec")
    yield from selectors(spec.get("podSelector"))
    types = spec.get("policyTypes")
    if len(types.parts()) > _DIRECTIONS:
        yield Refusal(types.path, "Invalid value: may not specify more than two policyTypes", types.key)
    for rules, peers in (("ingress", "from"), ("egress", "to")):
        for rule in spec.items(rules):
            for port in rule.items("ports"):
                yield from _port(port)
            for peer in rule.items(peers):
                yield from _peer(peer)


def _port(port: At) -> Iterator[Refusal]:
    first, last = port.get("port"), port.get("endPort")
    if last.number is None or first.unsure:
        return
    if not first.given:
        yield invalid(last, "may not be specified when `port` is not specified")
    elif first.number is None:
        yield invalid(last, "may not be specified when `port` is non-numeric")
    elif last.number < first.number:
        yield invalid(last, "must be greater than or equal to `port`")


def _peer(peer: At) -> Iterator[Refusal]:
    if peer.unsure:
        return
    addresses = peer.get("ipBlock")
    others = [peer.get(f) for f in ("podSelector", "namespaceSelector") if peer.get(f).given]
    if not addresses.given and not others:
        yield Refusal(peer.path, "Required value: must specify a peer", peer.anchor, lack=True)
    elif addresses.given and others:
        yield forbidden(peer, "may not specify both ipBlock and another peer")
    for selector in others:
        yield from selectors(selector)
    whole = block(addresses.get("cidr").text)
    for part in addresses.items("except"):
        inner = block(part.text)
        if whole is None or inner is None or whole.version != inner.version:
            continue
        if inner.network_address not in whole or whole.prefixlen >= inner.prefixlen:
            yield invalid(part, "must be a strict subset of `cidr`")
