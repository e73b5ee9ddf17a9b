"""What cloudflared does not accept in a rule (`ingress/ingress.go`, `validateIngress` and `validateHostname`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.graph.evidence import is_placeholder
from upstreamlint.numerals import decimal
from upstreamlint.programs.connectors.types import ConnectorRule
from upstreamlint.values import NamedTuple

_STATUS = patterns.compile(r"http_status:(.*)")
_LOWEST, _HIGHEST = 100, 999
_WORDS = ("hello_world", "hello-world", "helloworld", "bastion", "socks-proxy", "unix:", "unix+tls:")
_URL = patterns.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<host>[^/?#]*)(?P<path>/[^?#]*)?")


URL = "--url"
"""Where the pool of the origin on the command line is written."""
HOSTLESS = patterns.compile(r"https?:/?[\w.-]{1,253}(?::\d{1,5})?/?\Z")
"""A URL without its two slashes, of which Go reads a scheme and no host."""


class Refusal(NamedTuple):
    """Where a fault is, what it is, and what to do; `starts` says that cloudflared starts with it all the same."""

    at: Scalar
    message: str
    help: str
    starts: bool = False


def _hostless(written: Scalar) -> Refusal:
    """`--url http:web:80`: every request goes to `http://` (validation/validation.go, `ValidateHostname`)."""
    scheme, _, rest = written.value.partition(":")
    return Refusal(
        written,
        f"the URL `{written}` names no host",
        f"write `{scheme}://{rest.lstrip('/')}`",
        starts=True,
    )


def refusals(rule: ConnectorRule) -> Iterator[Refusal]:
    """The faults of a rule; for each that does not say otherwise cloudflared does not start."""
    host, service = rule.hostname, rule.service
    if service is not None and rule.pool.where == URL:
        yield _hostless(service)
        return
    if host is not None and not is_placeholder(host.value.replace("*", "")):
        if re.search(r":\d+$", host.value):
            yield Refusal(host, f"hostname `{host}` has a port", "leave the port out: it is not matched")
        elif "*" in host.value.removeprefix("*"):
            yield Refusal(
                host, f"hostname `{host}` has a wildcard that does not lead", "write `*` as the first label"
            )
    if service is not None and not re.search(r"[$<>{}]", service.value):
        yield from _service(service)


def _service(service: Scalar) -> Iterator[Refusal]:
    text = service.value.strip()
    status = _STATUS.match(text)
    if status is not None:
        if (decimal(status[1], _HIGHEST) or 0) < _LOWEST:
            yield Refusal(service, f"`{text}` is no HTTP status", "write a status from 100 to 999")
        return
    if text.startswith(_WORDS):
        return
    url = _URL.match(text)
    if url is None or not url["host"]:
        yield Refusal(service, f"service `{text}` has no scheme and host", "write `http://host:port`")
    elif url["path"] not in (None, "", "/"):
        remedy = f"write `{url['scheme']}://{url['host']}`: the path of the request is passed on"
        yield Refusal(service, f"service `{text}` has a path", remedy)
