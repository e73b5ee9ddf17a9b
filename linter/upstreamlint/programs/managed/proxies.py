"""Ingress controllers that serve: whether each connection to their HTTP ports must begin with a PROXY header, as a ConfigMap says.

ingress-nginx: docs, ConfigMap, `use-proxy-protocol` (named by `--configmap`); F5: docs, ConfigMap resource, `proxy-protocol` (`-nginx-configmaps`);
HAProxy Ingress (jcmoraisjr/haproxy-ingress): docs, keys, `use-proxy-protocol` (`--configmap`). Where a controller is told of no ConfigMap, none counts.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.containers.container import Container
from upstreamlint.containers.listening import Listening, listening
from upstreamlint.containers.listening.listen import Evidence, Listen
from upstreamlint.documents import UNKNOWN, Scalar
from upstreamlint.graph.evidence import is_placeholder
from upstreamlint.model.kubernetes import ConfigMap
from upstreamlint.model.kubernetes.nearest import nearest, same_namespace
from upstreamlint.programs.managed import gateway_proxies
from upstreamlint.programs.managed.controllers import Controller
from upstreamlint.programs.managed.running import runs
from upstreamlint.programs.reading import Found, Run
from upstreamlint.source import Anchor
from upstreamlint.values import entity, frozen, replace


@frozen
class _Told:
    """The flag that names the ConfigMap of a controller, and its key for PROXY headers."""

    flag: str
    key: str


_CONTROLLERS = {
    Controller.INGRESS_NGINX: _Told("configmap", "use-proxy-protocol"),
    Controller.F5_NGINX: _Told("nginx-configmaps", "proxy-protocol"),
    Controller.HAPROXY_INGRESS: _Told("configmap", "use-proxy-protocol"),
}
_SERVED = frozenset({"http", "https"})
_STATUS = frozenset({8081, 9113, 10254})
"""Ports for probes and metrics, which take no PROXY header."""


@entity(kw_only=True)
class ManagedProxy:
    """A controller's proxy where it runs; `told` is what says whether it waits for PROXY headers, and `waits` whether it does."""

    container: Container
    told: Anchor
    text: str
    waits: bool

    @property
    def serving(self) -> Iterator[tuple[Container, Listening]]:
        """What listens there, with what is known of PROXY headers."""
        known = listening(self.container)
        yield self.container, replace(known, listens=tuple(map(self._listen, known.listens)))

    def _listen(self, known: Listen) -> Listen:
        if known.protocol not in _SERVED or known.port in _STATUS:
            return known
        if not self.waits:
            return replace(known, evidence=Evidence.CONFIGURED)
        return replace(
            known, evidence=Evidence.CONFIGURED, proxy_header=True, anchor=self.told, text=self.text
        )


def load(run: Run) -> Found:
    """Every controller and gateway that it can be told of."""
    maps = run.of(ConfigMap)
    found = tuple(one for c in run.containers if (one := _proxy(c, maps)) is not None)
    return Found(resources=found).plus(gateway_proxies.load(run))


def _proxy(container: Container, maps: list[ConfigMap]) -> ManagedProxy | None:
    controller = runs(container)
    told = _CONTROLLERS.get(controller) if controller is not None else None
    image, workload = container.image, container.workload
    if told is None or image is None or workload is None or workload.meta.patched or container.incomplete:
        return None
    named = _named(container, told.flag)
    if named is None:
        return ManagedProxy(container=container, told=image.anchor, text=image.value, waits=False)
    space, _, name = named.value.rpartition("/")
    own = space if space and "$" not in space else workload.meta.namespace
    there = [m for m in maps if m.meta.name.value == name and same_namespace(m.meta.namespace, own)]
    found = nearest(there, workload.meta.folder)
    if len(found) != 1 or found[0].meta.patched or is_placeholder(name):
        return None
    entry = found[0].data.get(told.key)
    value = entry.value if entry is not None else None
    if entry is not None and not isinstance(value, Scalar):
        return None
    if isinstance(value, Scalar) and (value.tag == UNKNOWN or is_placeholder(value.value)):
        return None
    return ManagedProxy(
        container=container,
        told=value.anchor if isinstance(value, Scalar) else found[0].anchor,
        text=f"{told.key}: {value.value}" if isinstance(value, Scalar) else told.key,
        waits=isinstance(value, Scalar) and value.value.lower() == "true",
    )


def _named(container: Container, flag: str) -> Scalar | None:
    """The ConfigMap that an argument names."""
    words = container.words
    for place, word in enumerate(words):
        name, equals, value = word.value.partition("=")
        if name.lstrip("-") == flag and name.startswith("-"):
            if equals:
                return word._replace(value=value)
            return words[place + 1] if place + 1 < len(words) else None
    return None
