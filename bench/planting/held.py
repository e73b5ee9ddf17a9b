"""Places in objects beside the way of a request: what pods need, what policies and monitors select, what mounted files name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from planting.kubernetes import Cluster, containers, labels_of, name_of, pod_labels, template_of
from planting.sites import Site, at, each, text_of
from upstreamlint.documents import Mapping, Node

_PASSED = re.compile(
    r"(?:proxy_pass|grpc_pass|fastcgi_pass|uwsgi_pass|server|reverse_proxy)\s+(?:[a-z0-9]+://)?(?P<host>[a-z][a-z0-9-]*)(?=[.:;/\s])"
)
_SETTING = re.compile(
    r"(?<![\w.@/-])(?:[a-z][a-z0-9+]*://)?(?P<host>[a-z][a-z0-9-]*)(?:\.[a-z0-9-]+(?:\.svc(?:\.cluster\.local)?)?)?:(?P<port>\d{2,5})\b"
)
_TOLD = re.compile(r"--(?:[a-z-]*-)?port[= ](?P<port>\d{2,5})\b")
_POLICIES = ("NetworkPolicy", "PodDisruptionBudget")
_ASKED = {"configMap": "ConfigMap", "secret": "Secret"}


def sites(cluster: Cluster) -> Iterator[Site]:
    yield from _needs(cluster)
    yield from _selectors(cluster)
    yield from _monitors(cluster)
    yield from _pod_monitors(cluster)
    yield from _settings(cluster)
    yield from _told(cluster)
    yield from _mounted(cluster)
    yield from _named_ports(cluster)


def _needs(cluster: Cluster) -> Iterator[Site]:
    """ConfigMaps and Secrets that pods need, and their keys."""
    for workload in cluster.workloads:
        for container in containers(workload):
            for of, kind in _ASKED.items():
                for key in each(container, "env", "valueFrom", f"{of}KeyRef"):
                    if isinstance(key, Mapping) and "optional" not in key:
                        yield from _needed(cluster, kind, key.get("name"), key.get("key"))
                for taken in each(container, "envFrom", f"{of}Ref"):
                    if isinstance(taken, Mapping) and "optional" not in taken:
                        yield from _needed(cluster, kind, taken.get("name"), None)
        for volume in each(template_of(workload), "spec", "volumes"):
            if isinstance(volume, Mapping):
                yield from _needed(cluster, "ConfigMap", volume.at("configMap", "name"), None)
                yield from _needed(cluster, "Secret", volume.at("secret", "secretName"), None)


def _needed(cluster: Cluster, kind: str, name: Node | None, key: Node | None) -> Iterator[Site]:
    found = [o for o in cluster.by_kind[kind] if name_of(o) == text_of(name)]
    if not found:
        return
    yield from at("kubernetes", f"{kind} name", name, text_of(name), cluster.names(kind))
    keys = {e.key.value for o in found for d in ("data", "stringData") for e in _entries(o.get(d))}
    if text_of(key) in keys:
        yield from at("kubernetes", f"{kind} key", key, text_of(key), keys)


def _entries(node: Node | None) -> Mapping | tuple[()]:
    return node if isinstance(node, Mapping) else ()


def _selectors(cluster: Cluster) -> Iterator[Site]:
    """What policies and budgets select, and the peers that policies name."""
    for kind in _POLICIES:
        for owner in cluster.by_kind[kind]:
            own = owner.at("spec", "podSelector" if kind == "NetworkPolicy" else "selector", "matchLabels")
            yield from _selects(cluster, f"{kind} selector", own)
            for peer in each(owner, "spec", "ingress", "from"):
                if isinstance(peer, Mapping) and peer.get("namespaceSelector") is None:
                    yield from _selects(cluster, "policy peer", peer.at("podSelector", "matchLabels"))


def _selects(cluster: Cluster, kind: str, selector: Node | None) -> Iterator[Site]:
    wanted = labels_of(selector)
    if wanted and any(wanted.items() <= pod_labels(w).items() for w in cluster.workloads):
        for entry in _entries(selector):
            yield from at(
                "kubernetes", kind, entry.value, text_of(entry.value), cluster.values(entry.key.value)
            )


def _monitors(cluster: Cluster) -> Iterator[Site]:
    for monitor in cluster.by_kind["ServiceMonitor"]:
        selector = monitor.at("spec", "selector", "matchLabels")
        wanted = labels_of(selector)
        meant = [
            s
            for s in cluster.by_kind["Service"]
            if wanted and wanted.items() <= labels_of(s.at("metadata", "labels")).items()
        ]
        if not meant:
            continue
        for entry in _entries(selector):
            taken = {
                labels_of(s.at("metadata", "labels")).get(entry.key.value, "")
                for s in cluster.by_kind["Service"]
            }
            yield from at("kubernetes", "monitor selector", entry.value, text_of(entry.value), taken)
        ports = {text_of(n) for s in meant for n in each(s, "spec", "ports", "name")}
        for port in each(monitor, "spec", "endpoints", "port"):
            if text_of(port) in ports:
                yield from at("kubernetes", "monitor port", port, text_of(port), ports)


def _pod_monitors(cluster: Cluster) -> Iterator[Site]:
    for monitor in cluster.by_kind["PodMonitor"]:
        selector = monitor.at("spec", "selector", "matchLabels")
        wanted = labels_of(selector)
        meant = [w for w in cluster.workloads if wanted and wanted.items() <= pod_labels(w).items()]
        ports = {text_of(n) for w in meant for c in containers(w) for n in each(c, "ports", "name")}
        for entry in _entries(selector) if meant else ():
            taken = cluster.values(entry.key.value)
            yield from at("kubernetes", "monitor selector", entry.value, text_of(entry.value), taken)
        for port in each(monitor, "spec", "podMetricsEndpoints", "port"):
            if text_of(port) in ports:
                yield from at("kubernetes", "monitor port", port, text_of(port), ports)


def _settings(cluster: Cluster) -> Iterator[Site]:
    """Addresses of Services in files that a ConfigMap holds: settings of applications, targets, data sources."""
    for held in cluster.by_kind["ConfigMap"]:
        for entry in _entries(held.get("data")):
            text = text_of(entry.value)
            for match in _SETTING.finditer(text) if "\n" in text else ():
                host, port = match["host"], match["port"]
                if host in cluster.services:
                    yield from at("kubernetes", "setting host", entry.value, host, cluster.services)
                    if port in cluster.ports(host):
                        yield from at("kubernetes", "setting port", entry.value, port, cluster.ports(host))


def _told(cluster: Cluster) -> Iterator[Site]:
    """The ports that programs are told to serve, and that a Service leads to."""
    for workload in cluster.workloads:
        for container in containers(workload):
            for word in (*each(container, "command"), *each(container, "args")):
                match = _TOLD.search(text_of(word))
                if match and match["port"] in cluster.reached[id(workload)]:
                    taken = cluster.reached[id(workload)]
                    yield from at("kubernetes", "told port", word, match["port"], taken)


def _mounted(cluster: Cluster) -> Iterator[Site]:
    """The Services that configuration in a ConfigMap sends to."""
    for held in cluster.by_kind["ConfigMap"]:
        for entry in _entries(held.get("data")):
            text = text_of(entry.value)
            for match in _PASSED.finditer(text) if "\n" in text else ():
                if match["host"] in cluster.services:
                    yield from at("kubernetes", "mounted host", entry.value, match["host"], cluster.services)


def _named_ports(cluster: Cluster) -> Iterator[Site]:
    """Names of ports that somebody else asks for: a Service for a container's, an Ingress for a Service's."""
    asked = {
        text_of(backend.at("service", "port", "name"))
        for ingress in cluster.by_kind["Ingress"]
        for backend in each(ingress, "spec", "rules", "http", "paths", "backend")
        if isinstance(backend, Mapping)
    } - {""}
    for service in cluster.by_kind["Service"]:
        names = {text_of(n) for n in each(service, "spec", "ports", "name")}
        for name in each(service, "spec", "ports", "name"):
            if text_of(name) in asked:
                yield from at("kubernetes", "service port renamed", name, text_of(name), names)
    for workload in cluster.workloads:
        for container in containers(workload):
            names = {text_of(n) for n in each(container, "ports", "name")}
            for name in each(container, "ports", "name"):
                if text_of(name) in cluster.reached[id(workload)]:
                    yield from at("kubernetes", "container port renamed", name, text_of(name), names)
