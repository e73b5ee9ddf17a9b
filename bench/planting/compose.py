"""Places in Compose files, and in nginx, Envoy, Traefik and tunnel configurations that dial Compose services or Services."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from planting import proxies
from planting.kubernetes import Cluster
from planting.sites import Project, Site, at, each, text_of
from upstreamlint.documents import Mapping, Node, Scalar

_DIALLED = re.compile(r"(?<![\w.-])(?P<host>[a-z][a-z0-9_-]*):(?P<port>\d{2,5})\b")
_HOST_VARIABLE = re.compile(r"(?:HOST|HOSTNAME|ADDR|ADDRESS|SERVER|UPSTREAM|BACKEND)$")
_NGINX = re.compile(
    r"^[ \t]*(?:proxy_pass[ \t]+https?://|server[ \t]+|(?:uwsgi|fastcgi|grpc)_pass[ \t]+(?:grpc://)?)"
    r"(?P<host>[a-z][a-z0-9_-]*)(?::(?P<port>\d{2,5}))?[ \t/;]",
    re.MULTILINE,
)
_TOLD = re.compile(r"(?:--(?:[a-z-]*-)?port[= ]|(?:0\.0\.0\.0|\[::\]):)(?P<port>\d{2,5})\b")
_LOCAL = re.compile(r"(?:localhost|127\.0\.0\.1):(?P<port>\d{2,5})\b")
_PORT_LABEL = re.compile(r"loadbalancer\.server\.port\s*[=:]\s*[\"']?(?P<port>\d+)")


def sites(project: Project) -> Iterator[Site]:
    found = [(path, root) for path, root in project.documents if _is_compose(root)]
    for path, root in found:
        yield from _File(path, root, project).sites()
    yield from _envoy(project, found)
    yield from _tunnels(project, found)
    yield from proxies.sites(project, _targets(project, found))


def _is_compose(root: Mapping) -> bool:
    services = root.get("services")
    return (
        isinstance(services, Mapping)
        and "kind" not in root
        and any(isinstance(e.value, Mapping) and ("image" in e.value or "build" in e.value) for e in services)
    )


def _numbers(service: Mapping) -> set[str]:
    """The ports of the container that the file names."""
    written = [*each(service, "ports"), *each(service, "expose")]
    short = (text_of(p).partition("/")[0].rsplit(":", 1)[-1] for p in written)
    long = (text_of(p.get("target")) for p in written if isinstance(p, Mapping))
    return {n for n in (*short, *long) if n.isdigit()}


def _environment(service: Mapping) -> Iterator[tuple[str, Scalar, str]]:
    """Name, where it is written, and value of each variable."""
    written = service.get("environment")
    if isinstance(written, Mapping):
        for entry in written:
            if isinstance(entry.value, Scalar):
                yield entry.key.value, entry.value, entry.value.value
    for item in each(written) if not isinstance(written, Mapping) else ():
        name, _, value = text_of(item).partition("=")
        if isinstance(item, Scalar):
            yield name, item, value


class _File:
    """One Compose file with the nginx files below its folder, and who in it dials whom."""

    def __init__(self, path: str, root: Mapping, project: Project) -> None:
        self.path = path
        self.root = root
        services = root.get("services")
        entries = (
            [e for e in services if isinstance(e.value, Mapping)] if isinstance(services, Mapping) else []
        )
        self.services: dict[str, Mapping] = {
            e.key.value: e.value for e in entries if isinstance(e.value, Mapping)
        }
        self.keys = {e.key.value: e.key for e in entries}
        folder = posixpath.dirname(path)
        below = f"{folder}/" if folder else ""
        mounted = project.files[path].text
        self.nginx = [
            s
            for p, s in project.files.items()
            if p.startswith(below) and "_pass" in s.text and posixpath.basename(p) in mounted
        ]

    def sites(self) -> Iterator[Site]:
        dials = [*self._variables(), *self._proxies()]
        yield from (site for site, _, _ in dials)
        pairs = {(client, target) for _, client, target in dials}
        targets = {target for _, target in pairs}
        for name in sorted(targets):
            if not self._held(name) and not self._named_otherwise(name):
                yield from at("compose", "service renamed", self.keys[name], name, self.services)
            yield from self._profile(name)
        for client, target in sorted(p for p in pairs if p[0]):
            yield from self._network(client, target)
        for name, service in self.services.items():
            if name in targets:
                yield from self._told(service)
            yield from self._health(service)
            yield from self._labels(service)

    def _variables(self) -> Iterator[tuple[Site, str, str]]:
        for client, service in self.services.items():
            for name, scalar, value in _environment(service):
                found = [(m["host"], m["port"]) for m in _DIALLED.finditer(value)]
                if _HOST_VARIABLE.search(name.upper()) and value in self.services:
                    found.append((value, ""))
                for host, port in found:
                    if host not in self.services or host == client:
                        continue
                    for site in at("compose", "variable host", scalar, host, self.services):
                        yield site, client, host
                    own = _numbers(self.services[host])
                    if port in own:
                        for site in at("compose", "variable port", scalar, port, own):
                            yield site, client, host

    def _proxies(self) -> Iterator[tuple[Site, str, str]]:
        for source in self.nginx:
            clients = [n for n, s in self.services.items() if _mounts(s, source.path)]
            client = clients[0] if len(clients) == 1 else ""
            upstreams = set(re.findall(r"upstream\s+([\w.-]+)", source.text))
            for match in _NGINX.finditer(source.text):
                host, port = match["host"], match["port"] or ""
                if host not in self.services or host in upstreams:
                    continue
                kind = "upstream server" if match.group().lstrip().startswith("server") else "proxied host"
                taken = frozenset({*self.services, *upstreams})
                yield Site("nginx", kind, source.path, match.start("host"), host, taken), client, host
                own = _numbers(self.services[host])
                if port in own:
                    site = Site(
                        "nginx", "proxied port", source.path, match.start("port"), port, frozenset(own)
                    )
                    yield site, client, host

    def _held(self, name: str) -> bool:
        """Whether Compose itself asks for a service by name."""
        for service in self.services.values():
            for key in ("depends_on", "links", "volumes_from", "extends", "network_mode"):
                node = service.get(key)
                if node is not None and name in re.split(
                    r"[\s:\"'\[\],]+", service.source.text[node.start : node.end]
                ):
                    return True
        return False

    def _named_otherwise(self, name: str) -> bool:
        """Whether the engine knows the service by its name all the same: a container name, a hostname, an alias."""
        service = self.services[name]
        aliases = [a for e in each(service, "networks") if isinstance(e, Mapping) for a in each(e)]
        others = [service.get("container_name"), service.get("hostname"), *aliases]
        return name in map(text_of, others) or "aliases" in service.source.text[service.start : service.end]

    def _profile(self, name: str) -> Iterator[Site]:
        service = self.services[name]
        if "profiles" in service or self._held(name):
            return
        column = service.source.position(service.start)[1] - 1
        indent = service.source.text[service.start - column : service.start]
        if not indent.strip():
            yield Site(
                "compose", "profile", self.path, service.start, "", text=f"profiles: [extra]\n{indent}"
            )

    def _network(self, client: str, target: str) -> Iterator[Site]:
        declared = self.root.get("networks")
        known = set(declared.names()) if isinstance(declared, Mapping) else set()
        attached = [list(self.services[n].scalars("networks")) for n in (client, target)]
        shared = {text_of(n) for n in attached[0]} & {text_of(n) for n in attached[1]}
        apart = known - {text_of(n) for n in attached[0]}
        if len(shared) == 1 and apart:
            for node in attached[1]:
                if node.value in shared:
                    yield Site(
                        "compose",
                        "network",
                        self.path,
                        node.start,
                        node.source.text[node.start : node.end],
                        text=min(apart),
                    )

    def _health(self, service: Mapping) -> Iterator[Site]:
        own = _numbers(service)
        test = service.at("healthcheck", "test")
        for word in each(test):
            for match in _LOCAL.finditer(text_of(word)):
                if match["port"] in own:
                    yield from at("compose", "health check port", word, match["port"], own)

    def _told(self, service: Mapping) -> Iterator[Site]:
        """The port that the command of a service which others dial tells its program to serve."""
        own = _numbers(service)
        command = service.get("command")
        words = [command] if isinstance(command, Scalar) else each(command)
        for word in words:
            match = _TOLD.search(text_of(word))
            if match and match["port"] in own:
                yield from at("compose", "told port", word, match["port"], own)

    def _labels(self, service: Mapping) -> Iterator[Site]:
        own = _numbers(service)
        node = service.get("labels")
        if node is None or not own:
            return
        for match in _PORT_LABEL.finditer(service.source.text, node.start, node.end):
            if match["port"] in own:
                yield Site(
                    "traefik", "label port", self.path, match.start("port"), match["port"], frozenset(own)
                )


def _mounts(service: Mapping, path: str) -> bool:
    """Whether a service mounts a file, or its image is built in the file's folder."""
    text = service.source.text[service.start : service.end]
    build = text_of(service.get("build")) or text_of(service.at("build", "context"))
    folder = posixpath.basename(posixpath.dirname(path))
    return posixpath.basename(path) in text or (
        bool(build) and posixpath.basename(build.rstrip("/")) == folder
    )


def _targets(project: Project, compose: list[tuple[str, Mapping]]) -> dict[str, set[str]]:
    """Every name that is dialled, with its ports."""
    found: dict[str, set[str]] = {}
    for path, root in compose:
        for name, service in _File(path, root, project).services.items():
            found.setdefault(name, set()).update(_numbers(service))
    cluster = Cluster(project)
    for name in list(cluster.services):
        found.setdefault(name, set()).update(cluster.ports(name))
    return found


def _envoy(project: Project, compose: list[tuple[str, Mapping]]) -> Iterator[Site]:
    for _, root in project.documents:
        static = root.get("static_resources")
        if not isinstance(static, Mapping):
            continue
        targets = _targets(project, compose)
        names = {text_of(n) for n in each(static, "clusters", "name")}
        for node in _scalars_named(static, "cluster"):
            if node.value in names:
                yield from at("envoy", "route cluster", node, node.value, names)
        endpoints = each(
            static,
            "clusters",
            "load_assignment",
            "endpoints",
            "lb_endpoints",
            "endpoint",
            "address",
            "socket_address",
        )
        for address in endpoints:
            host = text_of(address.get("address")) if isinstance(address, Mapping) else ""
            if isinstance(address, Mapping) and host in targets:
                port = address.get("port_value")
                yield from at("envoy", "endpoint host", address.get("address"), host, targets)
                if text_of(port) in targets[host]:
                    yield from at("envoy", "endpoint port", port, text_of(port), targets[host])


def _scalars_named(node: Node, key: str) -> Iterator[Scalar]:
    if isinstance(node, Mapping):
        for entry in node:
            if entry.key.value == key and isinstance(entry.value, Scalar):
                yield entry.value
            else:
                yield from _scalars_named(entry.value, key)
    elif not isinstance(node, Scalar):
        for item in node.items:
            yield from _scalars_named(item, key)


def _tunnels(project: Project, compose: list[tuple[str, Mapping]]) -> Iterator[Site]:
    for _, root in project.documents:
        origins = [("tunnel", n) for n in each(root, "ingress", "service")]
        origins += [("pomerium", n) for n in each(root, "routes", "to")]
        origins += [("traefik", n) for n in _urls(root.at("http", "services"))]
        if not origins or "kind" in root:
            continue
        targets = _targets(project, compose)
        for technology, node in origins:
            for match in _DIALLED.finditer(text_of(node)):
                host, port = match["host"], match["port"]
                if host in targets:
                    yield from at(technology, "origin host", node, host, targets)
                    if port in targets[host]:
                        yield from at(technology, "origin port", node, port, targets[host])


def _urls(services: Node | None) -> Iterator[Node]:
    for entry in services if isinstance(services, Mapping) else ():
        yield from each(entry.value, "loadBalancer", "servers", "url")
