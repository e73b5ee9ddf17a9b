"""Load balancers that are made for Gateways, and PROXY headers that their listeners wait for, or do not.

Envoy Gateway: `ClientTrafficPolicy` (`enableProxyProtocol`, `proxyProtocol`), `EnvoyProxy` (`envoyService.annotations`); Gateway API: `spec.infrastructure`.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.containers.listening.listen import ANY6, Evidence, Listen
from upstreamlint.documents import Entry
from upstreamlint.facets.dial import Caller, Dial, Protocol
from upstreamlint.facets.ends import judgement
from upstreamlint.facets.judgement import Judgement
from upstreamlint.facets.proxy_header import proxy_header
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.services.proxy_headers import sends_header
from upstreamlint.model.gateway_api import GatewayClass, KubernetesGateway, ProxyParameters
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.model.kubernetes.nearest import nearest, same_namespace
from upstreamlint.programs.managed.attached import AttachedPolicy
from upstreamlint.source import Anchor
from upstreamlint.values import replace

_CONTROLLER = "gateway.envoyproxy.io/"
_SENT = "no ClientTrafficPolicy outside these files has the gateway read it"
_BY_HAND = "nothing but the annotations of its Service has the load balancer send the header"


def judge_gateways(index: Index) -> Iterator[Judgement]:
    """What the load balancers of Envoy Gateway begin with, held against what policies have the listeners wait for."""
    classes = {c.meta.name.value: c for c in index.of(GatewayClass)}
    for gateway in index.of(KubernetesGateway):
        class_ = classes.get(gateway.class_name.value) if gateway.class_name is not None else None
        if class_ is None or not class_.controller.startswith(_CONTROLLER) or gateway.meta.patched:
            continue
        sends, policies = _sends(index, gateway, class_), _policies(index, gateway)
        if sends is None or any(p.optional or any(t.section for t in p.targets) for p in policies):
            continue
        header = next((p.header for p in policies if p.header is not None), None)
        yield from _judge(gateway, header, *sends)


def _judge(
    gateway: KubernetesGateway, header: Anchor | None, entry: Entry, sent: bool
) -> Iterator[Judgement]:
    first = gateway.listeners[0] if gateway.listeners else None
    number = integer(first.port) if first is not None else None
    if first is None or first.port is None or number is None or sent == (header is not None):
        return
    listen = Listen(
        address=ANY6,
        port=number,
        anchor=header or first.anchor,
        text=f"listener `{first.name}`" if header is None else "PROXY protocol",
        evidence=Evidence.CONFIGURED,
        protocol="http",
        proxy_header=header is not None,
    )
    dial = Dial(
        caller=Caller(program="load balancer", answers_as="load balancer"),
        owner=gateway,
        route=None,
        host=gateway.meta.name.value,
        host_anchor=gateway.meta.name.anchor,
        port=number,
        port_anchor=first.port.anchor,
        protocol=Protocol.HTTP,
        protocol_anchor=entry.anchor if sent or header is None else header,
        proxy_header=sent,
        on_behalf=f"the load balancer of Gateway `{gateway.title}`",
    )
    found = judgement(dial, gateway, number, proxy_header(dial.protocol, listen, sent=sent))
    far = ((entry.anchor, "the load balancer is told nothing of it"),) if header is not None else ()
    yield replace(found, assumption=_SENT if sent else _BY_HAND, far_end=far)


def _policies(index: Index, gateway: KubernetesGateway) -> list[AttachedPolicy]:
    """The policies of a Gateway's listeners."""
    return [
        policy
        for policy in index.of(AttachedPolicy)
        if policy.meta.kind == "ClientTrafficPolicy"
        and same_namespace(policy.meta.namespace, gateway.meta.namespace)
        and any(t.kind == "Gateway" and t.name.value == gateway.meta.name.value for t in policy.targets)
    ]


def _sends(index: Index, gateway: KubernetesGateway, class_: GatewayClass) -> tuple[Entry, bool] | None:
    """The annotation of its Service that tells whether the header is sent: of its own parameters, or those of its class."""
    ref = gateway.parameters or class_.parameters
    name, space = (ref.name.value, ref.namespace or gateway.meta.namespace) if ref is not None else ("", "")
    named = [p for p in index.of(ProxyParameters) if p.meta.name.value == name]
    found = nearest([p for p in named if same_namespace(p.meta.namespace, space)], gateway.meta.folder)
    if any(p.meta.patched for p in found) or len(found) > 1 or (ref is not None and not found):
        return None
    held = (gateway.annotations, *(p.annotations for p in found))
    told = [sends for annotations in held if (sends := sends_header(annotations)) is not None]
    return next((one for one in told if one[1]), told[0] if told else None)
