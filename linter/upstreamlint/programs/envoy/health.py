"""Active health checks of a cluster (health_check.proto of API v3), as far as they ask with HTTP."""

from __future__ import annotations

from upstreamlint.documents import Mapping
from upstreamlint.facets.dial import Ask
from upstreamlint.programs.envoy.fields import count, has, mapping, mappings, scalar, text

LENIENT = "enough other endpoints stay healthy, so that Envoy does not panic and use them all"


def asked(cluster: Mapping, name: str, *, panics: bool) -> Ask | None:
    """The one HTTP health check of a cluster; nothing where it has none, or several.

    The Host is the cluster's name where none is written, and only `200` counts where no statuses are. `panics` says that
    health is ignored when too few endpoints have it.
    """
    checks = mappings(cluster, "health_checks")
    http = mapping(checks[0], "http_health_check") if len(checks) == 1 else None
    path = scalar(http, "path")
    if http is None or path is None:
        return None
    ranges = [(count(one, "start"), count(one, "end")) for one in mappings(http, "expected_statuses")]
    accepts = tuple((low, high - 1) for low, high in ranges if low is not None and high is not None)
    return Ask(
        anchor=path.anchor,
        method=text(http, "method").upper() or "GET",
        path=path.value.partition("?")[0],
        host=text(http, "host") or name,
        accepts=accepts or ((200, 200),),
        opaque=has(http, "receive") or len(accepts) < len(ranges),
        lenient=LENIENT if panics else "",
    )
