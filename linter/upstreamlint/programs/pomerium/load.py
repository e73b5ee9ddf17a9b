"""The routes of Pomerium."""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.facets.spread import Next, Spread
from upstreamlint.programs.built_in import POMERIUM
from upstreamlint.programs.connectors.load import Reader, read
from upstreamlint.programs.connectors.origin import origin, pool_of
from upstreamlint.programs.connectors.types import ConnectorRule
from upstreamlint.programs.reading import Found, Run
from upstreamlint.values import replace

_NAMELESS = Spread(nameless=Next.LEFT_OUT)
"""Its pools are clusters of Envoy: an origin without an address is left out where there are others."""


def load(run: Run) -> Found:
    """Every Pomerium of the run."""
    return read(run, Reader(program=POMERIUM, rules=rules))


def rules(root: Mapping) -> Iterator[ConnectorRule]:
    """`routes`: a public URL `from`, and one or more URLs `to`."""
    routes = [*root.mappings("routes"), *root.mappings("policy")]
    for number, item in enumerate(routes, 1):
        public = item.scalar("from")
        path = next((p for key in ("prefix", "path", "regex") if (p := item.scalar(key)) is not None), None)
        to = item.get("to")
        written = [to] if isinstance(to, Scalar) else item.scalars("to")
        if public is None or not written:
            continue
        host, match = re.sub(r"^[a-z+]+://", "", public.value), path.value if path else "/"
        anchor = written[0].anchor
        pool = pool_of(anchor, [origin(one) for one in written], f"routes.{host} {match}")
        pool = replace(pool, spread=_NAMELESS)
        yield ConnectorRule(number, public, path, host, match, pool, anchor)
