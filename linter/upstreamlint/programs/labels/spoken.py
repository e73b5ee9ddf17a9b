"""What Traefik's labels have it send to a container: scheme, hosts, and the health check of the service."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.programs.labels.dialled import Spoken, by_scheme
from upstreamlint.programs.traefik.checks import Check, check
from upstreamlint.source import Anchor
from upstreamlint.values import replace

Labels = Mapping[str, tuple[Anchor, Scalar]]

_HOST = patterns.compile(r"Host\(([^()]*)\)")
_NAME = patterns.compile(r"[`\"']([^`\"']+)[`\"']")


def spoken_to(labels: Labels, port: re.Pattern[str]) -> Iterator[tuple[Scalar, Spoken]]:
    """Each port that is dialled, and what is sent there; another port that is only asked for health is one, too."""
    names = hosts(labels)
    for label, (_, value) in labels.items():
        if not port.match(label):
            continue
        balancer = label.removesuffix("server.port")
        scheme = labels.get(f"{balancer}server.scheme")
        how = (
            "tcp" if label.startswith(("traefik.tcp.", "traefik.udp.")) else scheme[1].value if scheme else ""
        )
        written = f"{balancer}healthcheck."
        found = check({n.removeprefix(written): v for n, (_, v) in labels.items() if n.startswith(written)})
        sent = replace(by_scheme(how), hosts=names)
        yield value, replace(sent, ask=found.ask if found is not None and _beside(found, value) else None)
        if found is not None and found.port_at is not None and not _beside(found, value):
            yield found.port_at, replace(by_scheme(found.scheme or how), ask=found.ask, only_asked=True)


def hosts(labels: Labels) -> tuple[str, ...]:
    """The hosts that all rules name; none where one of them takes others, too."""
    rules = [v.value for n, (_, v) in labels.items() if ".http.routers." in n and n.endswith(".rule")]
    found = [[name for match in _HOST.finditer(rule) for name in _NAME.findall(match[1])] for rule in rules]
    known = all(found) and not any("HostRegexp" in rule or "$" in rule for rule in rules)
    return tuple(dict.fromkeys(name for names in found for name in names)) if known else ()


def _beside(found: Check, port: Scalar) -> bool:
    """Whether a server is asked where requests are sent."""
    return not found.scheme and (found.port_at is None or found.port_at.value == port.value)
