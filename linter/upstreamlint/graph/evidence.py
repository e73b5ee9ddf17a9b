"""What may be called broken (the evidence ladder): conflict is evidence, absence is not.

Every look-up that finds nothing asks here what that is worth. Rules never decide it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from upstreamlint import patterns
from upstreamlint.graph.switched_off import SwitchedOff
from upstreamlint.source import Anchor
from upstreamlint.values import StrEnum, field, frozen


class Verdict(StrEnum):
    """What a reference came to."""

    FOUND = "found"
    CONFLICT = "conflict"
    """What exists contradicts it: the Service is there, the port is not on it."""
    NEAR_MISS = "near miss"
    """Nothing has the name or labels, and something differs in so little that it must have been meant."""
    ABSENT = "absent"
    """Nothing has them in a scope that is closed."""
    EXTERNAL = "external"
    """Nothing has them, but the scope is open: it may live elsewhere."""
    UNKNOWN = "unknown"
    """It cannot be told: a placeholder, a template, something that is only known at run time."""

    @property
    def broken(self) -> bool:
        """Whether it may be reported."""
        return self in _BROKEN


_BROKEN = frozenset({Verdict.CONFLICT, Verdict.NEAR_MISS, Verdict.ABSENT})

_PLACEHOLDER = patterns.compile(
    r"[$<>{}()%@*]|^[A-Z][A-Z0-9_]*(?:[-_.][a-z-]+)?$|(?i:^your[-_]|changeme|^xxx)|^[_?#~-]+$|^ENC\["
)


def is_placeholder(text: str) -> bool:
    """Whether a text stands for something to be filled in, or encrypted: `$(NS)`, `<node>`, `${VAR}`, `APP-svc`, `PORT`, `ENC[…]` of SOPS."""
    return not text or _PLACEHOLDER.search(text) is not None


_OF_RELEASES = frozenset({"app.kubernetes.io/instance", "release"})
"""Labels whose value is the name of a release."""


@frozen
class Ladder:
    """How much the absence of something is worth in this run.

    `complete` says that the user gave the whole world. `external` are globs of hosts and `namespace/*` that
    live elsewhere. `closed` are the folders whose set of files is known to be whole. `elsewhere` are names
    that other scopes of the run define, `installed_elsewhere` those of applications that others install from what is not
    here, `installing` that this one does so, `filled` the namespaces that they are installed into, `labels_elsewhere` what
    pods of other scopes carry. `switched_off` is what a chart would make with other values. `ports` are the numbers that a place which declares a
    port has in any scope. `whole` says that these files are deployed together, whatever
    folders they are in. `unnamed` is the chart whose release nobody names, `lacking` says
    that a part of what is deployed together was left out.
    """

    complete: bool = False
    external: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    elsewhere: frozenset[str] = frozenset()
    installed_elsewhere: frozenset[str] = frozenset()
    installing: bool = False
    filled: frozenset[str] = frozenset()
    labels_elsewhere: frozenset[tuple[str, str]] = frozenset()
    switched_off: SwitchedOff = SwitchedOff()
    ports: Mapping[Anchor, frozenset[int]] = field(default_factory=dict)
    whole: bool = False
    unnamed: str = ""
    lacking: bool = False

    def carried_elsewhere(self, values: Mapping[str, str]) -> bool:
        """Whether pods of other scopes carry these labels, whatever the releases of charts are named."""
        carried = self.labels_elsewhere
        named = {key for key, _ in carried if key in _OF_RELEASES}
        return all((key, value) in carried or key in named for key, value in values.items())

    def absent(
        self, wanted: str, folder: str, *, near: bool, also: Iterable[str] = (), own: bool = False
    ) -> Verdict:
        """What it means that nothing in reach is called `wanted`, or has these labels.

        `folder` is where the name is written, `near` whether something differs in little, `also` other
        spellings that the user may have declared external. `own` says that `wanted` names what asks, for
        want of a name of what it asks for.
        """
        if is_placeholder(wanted):
            return Verdict.UNKNOWN
        if self.declared_external((wanted, *also)):
            return Verdict.EXTERNAL
        if not own and (wanted in self.elsewhere or self.installs(wanted)):
            return Verdict.EXTERNAL
        if near:
            return Verdict.NEAR_MISS
        if self.complete:
            return Verdict.ABSENT
        off = self.switched_off.names(wanted)
        return Verdict.ABSENT if self.is_closed(folder) and not off else Verdict.EXTERNAL

    def installs(self, wanted: str) -> bool:
        """Whether an application that others install may have made what has this name: `shop` makes `shop-web`."""
        parts = wanted.split("-")
        return any("-".join(parts[:n]) in self.installed_elsewhere for n in range(1, len(parts) + 1))

    def is_closed(self, folder: str) -> bool:
        """Whether a folder lies in a scope whose files are all known."""
        return any(closed in (".", folder) or folder.startswith(closed + "/") for closed in self.closed)

    def declared_external(self, names: Iterable[str]) -> bool:
        """Whether the user said that one of these names lives elsewhere."""
        return any(fnmatchcase(name, pattern) for name in names for pattern in self.external)
