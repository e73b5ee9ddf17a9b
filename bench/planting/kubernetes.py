"""Places in Kubernetes objects: each is right now, as far as the project itself shows it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import product

from planting.sites import Project, Site, at, each, text_of
from upstreamlint.documents import Mapping, Node

_WORKLOADS = frozenset(
    {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Pod"}
)
_ROUTES = frozenset({"HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute"})
_PROBES = ("readinessProbe", "livenessProbe", "startupProbe")
_DIALLED = re.compile(
    r"(?<![\w.-])(?P<host>[a-z][a-z0-9-]*)(?P<domain>(?:\.[a-z0-9-]+)*):(?P<port>\d{2,5})\b"
)


class Cluster:
    """The objects of a project, by what they are looked up by; namespaces are left aside."""

    def __init__(self, project: Project) -> None:
        self.by_kind: dict[str, list[Mapping]] = defaultdict(list)
        for _, root in project.objects:
            if text_of(root.at("metadata", "name")):
                self.by_kind[text_of(root.get("kind"))].append(root)
        self.services: dict[str, list[Mapping]] = defaultdict(list)
        for service in self.by_kind["Service"]:
            self.services[name_of(service)].append(service)
        self.workloads = [w for kind in sorted(_WORKLOADS) for w in self.by_kind[kind]]
        self._labels = {id(w): pod_labels(w) for w in self.workloads}
        self._behind = {id(s): self._selected(s) for s in self.by_kind["Service"]}
        self.reached: dict[int, set[str]] = defaultdict(set)
        for service in self.by_kind["Service"]:
            ports = [p for p in each(service, "spec", "ports") if isinstance(p, Mapping)]
            for workload in self._behind[id(service)]:
                self.reached[id(workload)] |= {text_of(p.get("targetPort") or p.get("port")) for p in ports}

    def names(self, kind: str) -> set[str]:
        return {name_of(o) for o in self.by_kind[kind]}

    def selected(self, service: Mapping) -> list[Mapping]:
        return self._behind[id(service)]

    def _selected(self, service: Mapping) -> list[Mapping]:
        wanted = labels_of(service.at("spec", "selector"))
        return [w for w in self.workloads if wanted and wanted.items() <= self._labels[id(w)].items()]

    def values(self, key: str) -> set[str]:
        """What the pods of all workloads have under a label."""
        return {labels.get(key, "") for labels in self._labels.values()}

    def ports(self, name: str) -> set[str]:
        """Every number and name of the ports of the Services of a name."""
        ports = [p for s in self.services[name] for p in each(s, "spec", "ports")]
        return {text_of(p.get(k)) for p in ports if isinstance(p, Mapping) for k in ("port", "name")}


def name_of(root: Mapping) -> str:
    return text_of(root.at("metadata", "name"))


def labels_of(node: Node | None) -> dict[str, str]:
    return {e.key.value: text_of(e.value) for e in node} if isinstance(node, Mapping) else {}


def template_of(workload: Mapping) -> Node | None:
    return workload if text_of(workload.get("kind")) == "Pod" else workload.at("spec", "template")


def pod_labels(workload: Mapping) -> dict[str, str]:
    template = template_of(workload)
    return labels_of(template.at("metadata", "labels")) if isinstance(template, Mapping) else {}


def containers(workload: Mapping) -> list[Mapping]:
    found = each(template_of(workload), "spec", "containers")
    return [c for c in found if isinstance(c, Mapping)]


def _pod_ports(workload: Mapping) -> set[str]:
    ports = [p for c in containers(workload) for p in each(c, "ports")]
    return {text_of(p.get(k)) for p in ports if isinstance(p, Mapping) for k in ("containerPort", "name")} - {
        ""
    }


def sites(cluster: Cluster) -> Iterator[Site]:
    yield from _services(cluster)
    yield from _workloads(cluster)
    yield from _backends(cluster)
    yield from _mesh(cluster)
    yield from _policies(cluster)
    yield from _variables(cluster)


def _services(cluster: Cluster) -> Iterator[Site]:
    referred = _referred(cluster)
    for service in cluster.by_kind["Service"]:
        selector, behind = service.at("spec", "selector"), cluster.selected(service)
        if not behind or not isinstance(selector, Mapping):
            continue
        for entry in selector:
            values = cluster.values(entry.key.value)
            yield from at("kubernetes", "selector", entry.value, text_of(entry.value), values)
        ports = set().union(*map(_pod_ports, behind))
        for port in each(service, "spec", "ports"):
            target = port.get("targetPort") if isinstance(port, Mapping) else None
            if text_of(target) in ports:
                yield from at("kubernetes", "target port", target, text_of(target), ports)
        if len(cluster.services[name_of(service)]) == 1 and name_of(service) in referred:
            name = service.at("metadata", "name")
            yield from at("kubernetes", "service renamed", name, text_of(name), cluster.services)


def _referred(cluster: Cluster) -> set[str]:
    """The names that backends and variables ask for."""
    written = set()
    for kind in ("Ingress", *sorted(_ROUTES)):
        for root in cluster.by_kind[kind]:
            written |= {text_of(name) for name, _ in _backend_names(root)}
    for workload in cluster.workloads:
        for value in _values(workload):
            written |= {m["host"] for m in _DIALLED.finditer(text_of(value))}
    return written


def _workloads(cluster: Cluster) -> Iterator[Site]:
    for workload in cluster.workloads:
        own = _pod_ports(workload)
        reached = cluster.reached[id(workload)]
        for container in containers(workload):
            for probe, check in product(_PROBES, ("httpGet", "tcpSocket", "grpc")):
                port = container.at(probe, check, "port")
                if text_of(port) in own:
                    yield from at("kubernetes", "probe port", port, text_of(port), own)
            asked = {
                text_of(container.at(p, c, "port")) for p, c in product(_PROBES, ("httpGet", "tcpSocket"))
            } | reached
            for declared in each(container, "ports"):
                number = declared.get("containerPort") if isinstance(declared, Mapping) else None
                by_name = isinstance(declared, Mapping) and text_of(declared.get("name")) in asked - {""}
                # A declaration opens nothing: what is shown otherwise is served, whatever is declared.
                if by_name or (text_of(number) in reached and not _shown(container, text_of(number))):
                    yield from at("kubernetes", "container port", number, text_of(number), own)
        name = workload.at("spec", "serviceName")
        if text_of(name) in cluster.services:
            yield from at("kubernetes", "governing service", name, text_of(name), cluster.names("Service"))
    for scaler in cluster.by_kind["HorizontalPodAutoscaler"]:
        target = scaler.at("spec", "scaleTargetRef", "name")
        names = cluster.names(text_of(scaler.at("spec", "scaleTargetRef", "kind")))
        if text_of(target) in names:
            yield from at("kubernetes", "autoscaler target", target, text_of(target), names)


def _shown(container: Mapping, number: str) -> bool:
    """Whether anything but its declaration says that a container serves a port."""
    texts = [*each(container, "command"), *each(container, "args"), *each(container, "env", "value")]
    texts += [
        n for p, c in product(_PROBES, ("httpGet", "tcpSocket", "grpc")) if (n := container.at(p, c, "port"))
    ]
    return any(re.search(rf"(?<!\d){number}(?!\d)", text_of(t)) for t in texts)


def _backend_names(root: Mapping) -> Iterator[tuple[Node | None, Node | None]]:
    """The name and port of each backend of a route."""
    if text_of(root.get("kind")) == "Ingress":
        single = [root.at("spec", "defaultBackend"), root.at("spec", "backend")]
        for backend in (*single, *each(root, "spec", "rules", "http", "paths", "backend")):
            if isinstance(backend, Mapping):
                number, named = (
                    backend.at("service", "port", "number"),
                    backend.at("service", "port", "name"),
                )
                port = backend.get("servicePort") or number or named
                yield backend.get("serviceName") or backend.at("service", "name"), port
    else:
        for backend in each(root, "spec", "rules", "backendRefs"):
            if isinstance(backend, Mapping) and text_of(backend.get("kind")) in ("", "Service"):
                yield backend.get("name"), backend.get("port")


def _backends(cluster: Cluster) -> Iterator[Site]:
    for kind in ("Ingress", *sorted(_ROUTES)):
        technology = "kubernetes" if kind == "Ingress" else "gateway-api"
        for root in cluster.by_kind[kind]:
            for name, port in _backend_names(root):
                found = text_of(name)
                if found in cluster.services:
                    yield from at(technology, "backend name", name, found, cluster.services)
                    if text_of(port) in cluster.ports(found):
                        yield from at(technology, "backend port", port, text_of(port), cluster.ports(found))
            for parent in each(root, "spec", "parentRefs"):
                name = parent.get("name") if isinstance(parent, Mapping) else None
                gateways = [g for g in cluster.by_kind["Gateway"] if name_of(g) == text_of(name)]
                if gateways and isinstance(parent, Mapping):
                    yield from at(technology, "route parent", name, text_of(name), cluster.names("Gateway"))
                    listeners = {text_of(n) for g in gateways for n in each(g, "spec", "listeners", "name")}
                    section = parent.get("sectionName")
                    if text_of(section) in listeners:
                        yield from at(technology, "route section", section, text_of(section), listeners)


def _mesh(cluster: Cluster) -> Iterator[Site]:
    subsets: dict[str, set[str]] = defaultdict(set)
    for rule in cluster.by_kind["DestinationRule"]:
        host = rule.at("spec", "host")
        head = text_of(host).split(".")[0]
        subsets[head] |= {text_of(n) for n in each(rule, "spec", "subsets", "name")}
        if head in cluster.services:
            yield from at("istio", "destination rule host", host, head, cluster.services)
    for virtual in cluster.by_kind["VirtualService"]:
        for kind in ("http", "tcp", "tls"):
            for destination in each(virtual, "spec", kind, "route", "destination"):
                if isinstance(destination, Mapping):
                    yield from _destination(cluster, subsets, destination)
        for gateway in each(virtual, "spec", "gateways"):
            if text_of(gateway) in cluster.names("Gateway"):
                yield from at("istio", "gateway", gateway, text_of(gateway), cluster.names("Gateway"))


def _destination(cluster: Cluster, subsets: dict[str, set[str]], destination: Mapping) -> Iterator[Site]:
    host = destination.get("host")
    head = text_of(host).split(".")[0]
    if head not in cluster.services:
        return
    yield from at("istio", "destination host", host, head, cluster.services)
    subset, port = destination.get("subset"), destination.at("port", "number")
    if text_of(subset) in subsets[head]:
        yield from at("istio", "subset", subset, text_of(subset), subsets[head])
    if text_of(port) in cluster.ports(head):
        yield from at("istio", "destination port", port, text_of(port), cluster.ports(head))


def _policies(cluster: Cluster) -> Iterator[Site]:
    for policy in cluster.by_kind["NetworkPolicy"]:
        wanted = labels_of(policy.at("spec", "podSelector", "matchLabels"))
        behind = [w for w in cluster.workloads if wanted and wanted.items() <= pod_labels(w).items()]
        ports = set().union(*map(_pod_ports, behind))
        for port in each(policy, "spec", "ingress", "ports", "port"):
            if text_of(port) in ports:
                yield from at("kubernetes", "policy port", port, text_of(port), ports)


def _values(workload: Mapping) -> Iterator[Node]:
    for container in containers(workload):
        yield from each(container, "env", "value")
        yield from each(container, "args")


def _variables(cluster: Cluster) -> Iterator[Site]:
    written = [v for w in cluster.workloads for v in _values(w)]
    for mapping in cluster.by_kind["ConfigMap"]:
        data = mapping.get("data")
        written += [e.value for e in data] if isinstance(data, Mapping) else []
    for value in written:
        text = text_of(value)
        if "\n" in text:
            continue
        for match in _DIALLED.finditer(text):
            host, port = match["host"], match["port"]
            if host in cluster.services:
                yield from at("kubernetes", "variable host", value, host, cluster.services)
                if port in cluster.ports(host):
                    yield from at("kubernetes", "variable port", value, port, cluster.ports(host))
