"""The fields that a provider's configuration may have, and what Traefik refuses of it.

One field that Traefik does not know, and everything that a container's labels say is left out, or everything that the file
provider reads (`field not found, node: …`). So it is with an element that holds nothing (`… cannot be a standalone
element`). After pkg/config/dynamic of 2.11 and 3.7; measured on 3.7. A word that is like no field of any release is left
alone: a later release may have it.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Entry, Mapping, Node, Scalar, Sequence
from upstreamlint.graph.evidence import near_names
from upstreamlint.readers.fault import Fault

_TABLE: dict[str, str] = {
    "http": "routers services middlewares models serversTransports",
    "tcp": "routers services middlewares models serversTransports",
    "udp": "routers services",
    "http.routers.*": "entryPoints middlewares service rule ruleSyntax parentRefs priority tls observability",
    "tcp.routers.*": "entryPoints middlewares service rule ruleSyntax priority tls",
    "udp.routers.*": "entryPoints service",
    "http.routers.*.tls": "options certResolver domains",
    "tcp.routers.*.tls": "passthrough options certResolver domains",
    "http.services.*": "loadBalancer weighted mirroring failover highestRandomWeight",
    "tcp.services.*": "loadBalancer weighted",
    "udp.services.*": "loadBalancer weighted",
    "http.services.*.loadBalancer": "sticky servers strategy healthCheck passiveHealthCheck passHostHeader"
    " responseForwarding serversTransport",
    "tcp.services.*.loadBalancer": "proxyProtocol servers serversTransport terminationDelay healthCheck",
    "udp.services.*.loadBalancer": "servers",
    "http.services.*.loadBalancer.servers": "url weight preservePath fenced scheme port",
    "tcp.services.*.loadBalancer.servers": "address tls port",
    "udp.services.*.loadBalancer.servers": "address port",
    "http.services.*.loadBalancer.healthCheck": "scheme mode path method status port interval unhealthyInterval"
    " timeout hostname followRedirects headers",
    "http.services.*.weighted": "services sticky healthCheck",
    "http.services.*.mirroring": "service mirrorBody maxBodySize mirrors healthCheck",
    "http.services.*.failover": "service fallback healthCheck errors",
    "http.middlewares.*": "addPrefix basicAuth buffering chain circuitBreaker compress contentType digestAuth"
    " encodedCharacters errors forwardAuth grpcWeb headers inFlightReq ipAllowList ipWhiteList passTLSClientCert plugin"
    " rateLimit redirectRegex redirectScheme replacePath replacePathRegex requestHeaderModifier retry stripPrefix"
    " stripPrefixRegex",
    "tcp.middlewares.*": "inFlightConn ipAllowList ipWhiteList",
    "http.middlewares.*.addPrefix": "prefix",
    "http.middlewares.*.basicAuth": "users usersFile realm removeHeader headerField",
    "http.middlewares.*.chain": "middlewares",
    "http.middlewares.*.forwardAuth": "address tls trustForwardHeader authResponseHeaders authResponseHeadersRegex"
    " authRequestHeaders addAuthCookiesToResponse headerField forwardBody maxBodySize maxResponseBodySize"
    " preserveLocationHeader preserveRequestMethod authSigninURL",
    "http.middlewares.*.redirectRegex": "regex replacement permanent",
    "http.middlewares.*.redirectScheme": "scheme port permanent",
    "http.middlewares.*.stripPrefix": "prefixes forceSlash",
    "http.middlewares.*.stripPrefixRegex": "regex",
}
"""The fields at each path; `*` is a name of the user's. Paths that are not here are not looked into."""

_FIELDS = {path.lower(): tuple(names.split()) for path, names in _TABLE.items()}
_ANYWHERE = frozenset(name.lower() for names in _FIELDS.values() for name in names)
_NAMED = ("routers", "services", "middlewares", "serverstransports", "models")
_HOLDERS = ("http", "tcp", "udp")
_LISTS = "servers"
_DEEPEST = 6


def faults(root: Node | None, *, labels: bool) -> Iterator[Fault]:
    """What Traefik refuses of a configuration: of a file, or of the tree that labels come to."""
    for entry in root if isinstance(root, Mapping) else ():
        name = entry.key.value.lower()
        if name in _HOLDERS:
            yield from _level(entry, name, labels=labels, depth=0)
        elif labels and name.startswith(_HOLDERS):
            yield _unknown(entry.key, list(_HOLDERS))


def _level(entry: Entry, path: str, *, labels: bool, depth: int) -> Iterator[Fault]:
    """What is refused of the value at a path, and of those in it."""
    held = entry.value
    if isinstance(held, Sequence):
        for item in held.items:
            yield from _fields(item, path, labels=labels, depth=depth)
        return
    if not labels and _may_not_be_empty(path) and isinstance(held, Mapping) and not _says(held):
        name = entry.key.value
        yield Fault(entry.key.anchor, f"`{name}` holds nothing: {name} cannot be a standalone element")
        return
    yield from _fields(held, path, labels=labels, depth=depth)


def _fields(held: Node, path: str, *, labels: bool, depth: int) -> Iterator[Fault]:
    known = _FIELDS.get(path)
    if not isinstance(held, Mapping) or depth > _DEEPEST:
        return
    for entry in held:
        name = entry.key.value.partition("[")[0].lower()
        if known is not None:
            # Labels speak of one server, files of several.
            written = [n if not (labels and n == _LISTS) else "server" for n in known]
            if name not in (n.lower() for n in written):
                if _meant(name, written):
                    yield _unknown(entry.key, written)
                continue
            name = _LISTS if labels and name == "server" else name
            yield from _level(entry, f"{path}.{name}", labels=labels, depth=depth + 1)
        elif path.rpartition(".")[2] in _NAMED:
            yield from _level(entry, f"{path}.*", labels=labels, depth=depth + 1)


def _may_not_be_empty(path: str) -> bool:
    return path in _HOLDERS or path.endswith(
        (*(f".{name}" for name in _NAMED), ".loadbalancer", ".healthcheck")
    )


def _says(held: Mapping) -> bool:
    """Whether anything in it is more than null."""
    return any(not (isinstance(e.value, Scalar) and e.value.is_null) for e in held)


def _meant(name: str, known: list[str]) -> bool:
    """Whether a word must be meant for a field: it is one elsewhere, or nearly one here."""
    return name in _ANYWHERE or name == "server" or bool(_near(name, known))


def _near(name: str, known: list[str]) -> list[str]:
    lower = {n.lower(): n for n in known}
    return [lower[n] for n in near_names(name, lower.keys(), words=False)]


def _unknown(key: Scalar, known: list[str]) -> Fault:
    near = _near(key.value.lower(), known)
    hint = f"; `{near[0]}` is" if near else ""
    return Fault(key.anchor, f"`{key.value}` is no field here{hint}")
