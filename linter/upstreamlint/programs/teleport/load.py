"""The applications that Teleport publishes."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Mapping
from upstreamlint.programs.built_in import TELEPORT
from upstreamlint.programs.connectors.load import Reader, read
from upstreamlint.programs.connectors.origin import origin, pool_of
from upstreamlint.programs.connectors.types import ConnectorRule
from upstreamlint.programs.reading import Found, Run


def load(run: Run) -> Found:
    """Every Teleport of the run."""
    return read(run, Reader(program=TELEPORT, rules=rules))


def rules(root: Mapping) -> Iterator[ConnectorRule]:
    """`app_service.apps`: each an address under a name of its own."""
    service = root.mapping("app_service")
    enabled = service.scalar("enabled") if service else None
    if service is None or (enabled is not None and enabled.value.lower() in ("no", "false", "off")):
        return
    for number, item in enumerate(service.mappings("apps"), 1):
        uri, name = item.scalar("uri"), item.scalar("name")
        public = item.scalar("public_addr")
        if uri is not None:
            host = public.value if public else name.value if name else "*"
            pool = pool_of(uri.anchor, [origin(uri)], f"apps.{host}")
            yield ConnectorRule(number, public, None, host, "/", pool, uri.anchor)
