"""What nginx names: the target of every `*_pass`."""

from __future__ import annotations

from upstreamlint.graph.nodes import Route
from upstreamlint.graph.references import Reference
from upstreamlint.model.kubernetes import Service
from upstreamlint.programs.nginx.instance import NginxInstance
from upstreamlint.programs.nginx.language.syntax import Directive
from upstreamlint.programs.nginx.model import Location, Pass, Server, Target, Upstream
from upstreamlint.values import entity


@entity(kw_only=True)
class ProxyPass(Reference):
    """A `*_pass` with everything that it may dial.

    `targets` is nothing when its variables can hold anything. `upstreams` are those that it names.
    """

    route: Route
    instance: NginxInstance
    server: Server
    location: Location | None
    target: Pass
    targets: tuple[Target, ...] | None
    upstreams: tuple[Upstream, ...]

    @property
    def title(self) -> str:
        """The location, or the server, as messages name it."""
        return f"location `{self.location.title}`" if self.location else f"server `{self.server.title}`"

    @property
    def fragment(self) -> bool:
        """Whether the text around it is not known."""
        return self.instance.config.fragment


@entity(kw_only=True)
class SentHost(Reference):
    """The `Host` that nginx sends into a mesh whose sidecars route by it, and let nothing else out."""

    passed: ProxyPass
    header: Directive
    service: Service
