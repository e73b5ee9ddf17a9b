"""The rules of a tunnel that its own file configures."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.containers.container import Container
from upstreamlint.documents import Mapping, Scalar
from upstreamlint.programs.built_in import CLOUDFLARED
from upstreamlint.programs.cloudflared.refused import HOSTLESS, URL
from upstreamlint.programs.connectors.load import Reader, read
from upstreamlint.programs.connectors.origin import origin, pool_of
from upstreamlint.programs.connectors.types import Connector, ConnectorRule
from upstreamlint.programs.reading import Found, Run
from upstreamlint.readers.compose.tree import is_unknown, part
from upstreamlint.values import replace

_URL = f"{URL}="
_ADDRESS = patterns.compile(r"[\w.-]{1,253}(?::\d{1,5})?/?\Z")
_TOKEN = patterns.compile(r"--token(?:-file)?\b|\brun-service\b")


def load(run: Run) -> Found:
    """Every cloudflared of the run."""
    told = tuple(one for place in CLOUDFLARED.places(run) if (one := _by_words(place)) is not None)
    reader = Reader(
        program=CLOUDFLARED, rules=rules, holds=_holds, managed=_managed, verifies=_verifies, ordered=True
    )
    return read(run, reader).plus(Found(resources=told, sources=tuple(one.anchor.source for one in told)))


def _by_words(place: Container) -> Connector | None:
    """`--url web:80`, or `TUNNEL_URL`: one origin for all hosts, of HTTP where no scheme is written (cloudflared, validation)."""
    words = place.words
    named = (w for n, w in enumerate(words) if n and words[n - 1].value == URL)
    joined = (part(w, len(_URL), len(w.value)) for w in words if w.value.startswith(_URL))
    written = next(iter((*named, *joined)), None) or place.environment.get("TUNNEL_URL")
    if written is None or is_unknown(written) or _managed(place):
        return None
    empty = HOSTLESS.match(written.value) is not None
    if "://" not in written.value and _ADDRESS.match(written.value) is None and not empty:
        return None
    pool = pool_of(written.anchor, [None if empty else origin(written, scheme="http")], URL)
    rule = ConnectorRule(1, None, None, "*", "/", pool, written.anchor, written if empty else None)
    whole = not (place.incomplete or place.unread)
    return Connector(
        program=CLOUDFLARED,
        listens=CLOUDFLARED.ports,
        rules=(rule,),
        anchor=rule.anchor,
        place=place,
        complete=whole,
    )


def _holds(root: Mapping) -> bool:
    return bool(root.mappings("ingress")) and "apiVersion" not in root


def _managed(container: Container) -> bool:
    """Whether the rules come from the remote end: a tunnel with a token is managed there."""
    words = " ".join(word.value for word in container.words)
    return _TOKEN.search(words) is not None or "TUNNEL_TOKEN" in container.environment


def rules(root: Mapping) -> Iterator[ConnectorRule]:
    """`ingress`: the first rule whose hostname and path match takes the request; the last one takes all others."""
    for number, item in enumerate(root.mappings("ingress"), 1):
        service = item.scalar("service")
        hostname, path = _filled(item.scalar("hostname")), _filled(item.scalar("path"))
        found = origin(service) if service is not None and "://" in service.value else None
        anchor = service.anchor if service is not None else item.anchor
        host = hostname.value if hostname else "*"
        match = path.value if path else "/"
        pool = pool_of(anchor, [found], f"ingress.{host} {match}")
        pool = replace(pool, verified=not _told(root, item))
        sends, name = _asked(root, item, host)
        yield ConnectorRule(
            number, hostname, path, host, match, pool, anchor, service, sends=sends, server_name=name
        )


def _asked(root: Mapping, item: Mapping, host: str) -> tuple[str | None, str | None]:
    """The Host and the name of TLS that an origin is asked for (`originRequest` of a rule before that of the file)."""
    settings = [m for m in (item.mapping("originRequest"), root.mapping("originRequest")) if m is not None]
    written = {key: next((s for m in settings if (s := m.scalar(key))), None) for key in _NAMES}
    header, name, matched = (written[key] for key in _NAMES)
    own = None if "*" in host else host
    sends = header.value if header is not None and header.value else own
    if matched is not None and matched.value == "true":
        return sends, own
    return sends, name.value if name is not None else ""


def _told(root: Mapping, item: Mapping) -> bool:
    """Whether a rule, or the file, says whose certificates count; the keys that arguments have count for no rule."""
    settings = [m for m in (item.mapping("originRequest"), root.mapping("originRequest")) if m is not None]
    return any(key in one for one in settings for key in ("noTLSVerify", "caPool"))


def _verifies(container: Container) -> bool:
    """Whether no authority of its own is named where it starts."""
    named = any("origin-ca-pool" in word.value for word in container.words)
    return not named and "TUNNEL_ORIGIN_CA_POOL" not in container.environment


_NAMES = ("httpHostHeader", "originServerName", "matchSNItoHost")


def _filled(scalar: Scalar | None) -> Scalar | None:
    return scalar if scalar is not None and scalar.value else None
