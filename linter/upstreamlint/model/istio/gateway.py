"""Istio's own Gateway."""

from __future__ import annotations

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.model.kubernetes.meta import KubernetesObject, Labels, Meta, labels
from upstreamlint.source import Anchor
from upstreamlint.values import entity


@entity
class GatewayServer:
    """A server of an Istio Gateway; `hosts` as written, with their `namespace/` prefix, `credential` the Secret with its certificate."""

    hosts: tuple[Scalar, ...]
    port: Scalar | None
    protocol: str
    tls_mode: Scalar | None
    anchor: Anchor
    credential: Scalar | None = None

    @property
    def ends_tls(self) -> bool:
        """Whether it shows a certificate of its own."""
        return self.tls_mode is not None and not self.tls_mode.value.endswith("PASSTHROUGH")


@entity
class IstioGateway(KubernetesObject):
    """A Gateway of Istio: it configures the proxies that its selector matches."""

    selector: Labels | None
    servers: tuple[GatewayServer, ...]


def gateway(meta: Meta, root: Mapping) -> IstioGateway | None:
    """An Istio Gateway from its manifest."""
    spec = root.mapping("spec")
    if spec is None:
        return None
    servers = []
    for item in spec.mappings("servers"):
        port, tls = item.mapping("port"), item.mapping("tls")
        protocol = port.scalar("protocol") if port else None
        servers.append(
            GatewayServer(
                tuple(item.scalars("hosts")),
                port.scalar("number") if port else None,
                protocol.value if protocol else "",
                tls.scalar("mode") if tls else None,
                item.anchor,
                tls.scalar("credentialName") if tls else None,
            )
        )
    return IstioGateway(meta, labels(spec.get("selector")), tuple(servers))
