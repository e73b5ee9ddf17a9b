"""Which DestinationRules apply to a client that calls a host: client, service and root namespace, in this order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from upstreamlint.graph.index import Index
from upstreamlint.graph.istio.mesh import Settings
from upstreamlint.graph.istio.names import Host, expand, exported, wildcards_of
from upstreamlint.graph.likeness import near_names
from upstreamlint.model.istio import DestinationRule
from upstreamlint.model.kubernetes import Workload
from upstreamlint.model.kubernetes.nearest import nearest, same_namespace
from upstreamlint.values import NamedTuple

ANY_ACCOUNT = "*"
"""A service account that is not known."""


class Client(NamedTuple):
    """A proxy's point of view: its namespace, and its pods as far as they are known.

    `assumption` is what the namespace rests on, if the files do not say it. `accounts` are its service accounts, where no
    workload says them; `speaks_identity` that a gateway may learn who its own callers are.
    """

    namespace: str
    workloads: Sequence[Workload] = ()
    is_gateway: bool = False
    assumption: str = ""
    accounts: tuple[str, ...] = ()
    speaks_identity: bool = False


Level = list[DestinationRule]

_POOL = 2000
"""A namespace with more hosts is not searched for look-alikes: the cost would grow with its square."""


class Rules:
    """The DestinationRules of a run, by host."""

    def __init__(self, index: Index, settings: Settings) -> None:
        self._settings = settings
        self._services: dict[str, Level] = defaultdict(list)
        self._hosts: dict[str, Level] = defaultdict(list)
        self._names: dict[str, dict[str, Level]] = defaultdict(dict)
        self.expanded: dict[int, Host] = {}
        for rule in index.of(DestinationRule):
            host = expand(rule.host.value, rule.meta.namespace, settings.domain)
            self.expanded[id(rule)] = host
            if host.service:
                self._services[host.service].append(rule)
                self._names[host.namespace].setdefault(host.service, []).append(rule)
            else:
                self._hosts[host.text].append(rule)

    def exact(self, host: Host) -> Level:
        """The rules for the very host."""
        if not host.service:
            return self._hosts.get(host.text, [])
        return [
            rule
            for rule in self._services.get(host.service, ())
            if same_namespace(self.expanded[id(rule)].namespace, host.namespace)
        ]

    def covering(self, host: Host) -> list[Level]:
        """All rules for a host, the most specific ones first."""
        levels = [self.exact(host)]
        if self._hosts:
            levels += [self._hosts[w] for w in wildcards_of(host.text) if w in self._hosts]
        return [level for level in levels if level]

    def apart(self, host: Host) -> frozenset[str] | None:
        """The namespaces whose clients may use other rules for a host than all others do; nothing if any may."""
        rules = [rule for level in self.covering(host) for rule in level]
        named = {s.value for rule in rules for s in rule.export_to}
        found = {rule.meta.namespace for rule in rules} | named | {self._settings.root_namespace}
        return None if "" in found else frozenset(found)

    def similar(self, host: Host) -> Level:
        """The rules for a Service of a similar name in the same namespace."""
        names = self._names.get(host.namespace, {})
        if not host.service or len(names) > _POOL:
            return []
        return [rule for name in near_names(host.service, names) for rule in names[name]]

    def elsewhere(self, host: Host) -> Level:
        """The rules for a Service of the same name that are written short in another namespace."""
        return [r for r in self._services.get(host.service, ()) if r.host.value == host.service]

    def applying(
        self, host: Host, registered_in: Iterable[str], client: Client, folder: str
    ) -> tuple[DestinationRule, ...]:
        """The rules that a client uses for a host, merged as istiod merges them; none when none applies."""
        levels = self.covering(host)
        root = self._settings.root_namespace
        spaces = tuple(registered_in) or ((host.namespace,) if host.service else ("",))

        def own(rule: DestinationRule) -> bool:
            space = rule.meta.namespace
            if not same_namespace(space, client.namespace) or not _for(rule, client):
                return False
            if not exported(rule.export_to, space, space):
                return False
            return client.namespace != root or [s.value for s in rule.export_to] == ["."]

        def of_service(rule: DestinationRule) -> bool:
            return any(same_namespace(rule.meta.namespace, s) for s in spaces) and _public(rule, client)

        def of_root(rule: DestinationRule) -> bool:
            return rule.meta.namespace == root and _public(rule, client)

        for layer in (own, of_service, of_root):
            found = _first(levels, layer)
            if found:
                return tuple(_distinct(found, folder))
        return ()


def _public(rule: DestinationRule, client: Client) -> bool:
    return rule.workload_selector is None and exported(rule.export_to, rule.meta.namespace, client.namespace)


def _for(rule: DestinationRule, client: Client) -> bool:
    """Whether a rule's workloadSelector takes any of the client's pods."""
    if rule.workload_selector is None:
        return True
    wanted = rule.workload_selector.values.items()
    return any(all(w.template.values.get(k) == v for k, v in wanted) for w in client.workloads)


def _first(levels: list[Level], wanted: Callable[[DestinationRule], bool]) -> Level:
    """The most specific level that holds any wanted rule."""
    for level in levels:
        found = [rule for rule in level if wanted(rule)]
        if found:
            return found
    return []


def _distinct(rules: Level, folder: str) -> Level:
    """Of the same object in several folders (environments), the nearest."""
    if len(rules) <= 1:
        return rules
    by_id: dict[str, Level] = defaultdict(list)
    for rule in rules:
        by_id[rule.id].append(rule)
    return [rule for same in by_id.values() for rule in nearest(same, folder)]


def why_hidden(
    rule: DestinationRule,
    client: Client,
    spaces: Iterable[str],
    applying: tuple[DestinationRule, ...],
    root: str,
) -> str:
    """Why a rule does not apply to a client, as a message says it."""
    own = rule.meta.namespace
    if rule.workload_selector is not None:
        return f"it applies only to clients with the labels {rule.workload_selector}"
    placed = own in (client.namespace, root) or any(same_namespace(own, s) for s in spaces)
    if placed and not exported(rule.export_to, own, client.namespace):
        return f"it is not exported to namespace `{client.namespace}`"
    if placed and applying:
        return f"DestinationRule `{applying[0].title}` is used instead of it"
    return (
        f"namespace `{own}` is neither the client's (`{client.namespace}`) nor the Service's nor the root "
        f"namespace (`{root}`)"
    )
