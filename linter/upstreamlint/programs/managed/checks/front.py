"""What stands before a port of a Service, and what it asks there."""

from __future__ import annotations

from upstreamlint.documents import Scalar
from upstreamlint.facets.dial import Ask
from upstreamlint.facets.judgement import FarEnd
from upstreamlint.model.gateway_api import GatewayRoute
from upstreamlint.model.kubernetes import Ingress, Service, ServicePort, Workload
from upstreamlint.programs.managed.model import ManagedRoute
from upstreamlint.source import Anchor
from upstreamlint.values import entity, frozen


@entity(kw_only=True)
class Front:
    """A load balancer, or another client, before a port of a Service: `name` is where its configuration names that Service."""

    owner: Ingress | GatewayRoute | Service | ManagedRoute | Workload
    name: Scalar
    service: Service
    port: ServicePort
    host: str = ""
    path: str = ""

    def annotation(self, key: str) -> Scalar | None:
        """An annotation of the Service, or else of the owner."""
        for holder in (self.service, self.owner):
            entry = holder.meta.annotations.entries.get(key) if holder.meta.annotations is not None else None
            if entry is not None and isinstance(entry.value, Scalar):
                return entry.value
        return None


@frozen(kw_only=True)
class Question:
    """What a load balancer asks the pods of one workload.

    `port` is a port of the pods, nothing for the one that requests come to; `port_anchor` is where it is written.
    `secure` says that TLS is spoken, nothing for a check that only connects, `http2` that it is HTTP/2 from the first byte on. `against` is a place that says that the
    same port speaks the other way. `far` are places that show that something else is answered than what is asked.
    """

    by: str
    ask: Ask
    port: int | None = None
    port_anchor: Anchor | None = None
    secure: bool | None = False
    http2: bool = False
    against: tuple[Anchor, str] | None = None
    far: FarEnd = ()
    assumption: str = ""
