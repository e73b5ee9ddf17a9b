"""What EnvoyFilters bring that istiod passes on and Envoy refuses.

istiod makes messages of the values and looks no further into extensions. Operations that put something before or behind others are made `ADD` where there is
no order (istio: `pilot/pkg/model/envoyfilter.go`). What Envoy asks of a message: `Name` in envoy/config/cluster/v3/cluster.proto, listener_components.proto,
route_components.proto; an extension of the kind that its place is for (measured on Envoy 1.40.0).
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Mapping
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.references import Reference
from upstreamlint.model.istio import EnvoyFilter, FilterPatch
from upstreamlint.programs.envoy.strict import misplaced
from upstreamlint.refusal.istio.messages import ROOTS
from upstreamlint.source import Anchor
from upstreamlint.values import entity

_NAMED = {
    "CLUSTER": "cluster",
    "HTTP_FILTER": "HTTP filter",
    "NETWORK_FILTER": "network filter",
    "LISTENER_FILTER": "listener filter",
    "VIRTUAL_HOST": "virtual host",
}
"""What has to have a name."""


@entity(kw_only=True)
class RefusedChange(Reference):
    """A change that Envoy refuses, with all else that comes with it; `text` says how, `help` what to do."""

    filter: EnvoyFilter
    text: str
    help: str


def link(mesh: Mesh) -> Iterator[RefusedChange]:
    """Each such change of every filter."""
    for owner in mesh.index.of(EnvoyFilter):
        for patch in owner.patches if not owner.meta.patched else ():
            if patch.value is not None:
                yield from _refused(owner, patch, patch.value)


def _refused(owner: EnvoyFilter, patch: FilterPatch, value: Mapping) -> Iterator[RefusedChange]:
    kind = _NAMED.get(patch.target)
    if kind is not None and patch.adds and "name" not in value:
        wish = "`MERGE` changes one that is there" if patch.target == "CLUSTER" else ""
        text = f"a {kind} without a name is added"
        yield _change(owner, value.anchor, text, f"write a `name`{'; ' if wish else ''}{wish}")
    for found in misplaced(value, ROOTS.get(patch.target, "")):
        yield _change(owner, found.anchor, found.text, found.help)


def _change(owner: EnvoyFilter, anchor: Anchor, text: str, remedy: str) -> RefusedChange:
    return RefusedChange(
        wanted=text,
        anchor=anchor,
        owner=owner,
        verdict=Verdict.CONFLICT,
        filter=owner,
        text=text,
        help=remedy,
    )
