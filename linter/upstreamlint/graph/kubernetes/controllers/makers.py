"""What may have been created by a controller: the alibi of a Service or of pods that no file defines.

An object of a known kind is an alibi for what its controller creates and for nothing else; one of a kind that nobody
wrote down may have created whatever bears its name, which is a doubt and no proof.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from fnmatch import fnmatchcase

from upstreamlint.graph.kubernetes.controllers.idle_groups import IDLE, INSTALLERS
from upstreamlint.graph.kubernetes.controllers.makers_table import ROWS, Row
from upstreamlint.model.kubernetes.meta import KubernetesObject
from upstreamlint.values import NamedTuple

_ROWS = {(row.group, row.kind): row for row in ROWS}


class Maker(NamedTuple):
    """An object whose controller may have created something; `known` says that it does create such things."""

    object: KubernetesObject
    known: bool

    @property
    def installs(self) -> bool:
        """Whether its controller installs a whole application."""
        return installs(self.object)

    @property
    def title(self) -> str:
        """The object as a person names it."""
        return f"{self.object.meta.kind} `{self.object.title}`"


def installs(made_by: KubernetesObject) -> bool:
    """Whether the controller of an object installs a whole application."""
    return (made_by.meta.group, made_by.meta.kind) in INSTALLERS


def row_of(group: str, kind: str) -> Row | None:
    """What the controller of a kind creates; nothing when nobody wrote that down."""
    row = _ROWS.get((group, kind)) or _ROWS.get((group, "*"))
    if row is None and group in IDLE:
        return Row(group, kind, (), pods=False, source="")
    return row


class Makers:
    """The objects of a run whose controllers create things, each look-up by the name of what is missing."""

    def __init__(self, objects: Iterable[KubernetesObject]) -> None:
        self._exact: dict[str, list[Maker]] = defaultdict(list)
        self._globs: list[tuple[str, Maker]] = []
        self._of_pods: dict[str, list[Maker]] = defaultdict(list)
        self._unknown: list[KubernetesObject] = []
        self.install = False
        """Whether any of the objects installs a whole application."""
        for made_by in objects:
            self._enter(made_by)
            self.install |= installs(made_by)

    def _enter(self, made_by: KubernetesObject) -> None:
        name = made_by.meta.name.value
        row = row_of(made_by.meta.group, made_by.meta.kind)
        maker = Maker(made_by, known=row is not None)
        if row is None:
            self._unknown.append(made_by)
        if row is None or row.pods:
            self._of_pods[name].append(maker)
        for pattern in ("{}",) if row is None else row.services:
            made = pattern.replace("{}", name)
            if "*" in made:
                self._globs.append((made, maker))
                continue
            self._exact[made].append(maker)
            if row is not None and row.pods and made != name:
                # Operators label the pods with the name of the Service that they make for them.
                self._of_pods[made].append(maker)

    def of_service(self, name: str, namespace: str) -> Maker | None:
        """What may have created a Service of a name; what is known to before what is not."""
        found = self._exact.get(name, []) + [m for glob, m in self._globs if fnmatchcase(name, glob)]
        return _surest(found, namespace)

    def may_begin(self, name: str, namespace: str) -> bool:
        """Whether an object that may create anything has a name with which this one begins: `shop` makes `shop-web`."""
        return any(
            name.startswith(f"{o.meta.name.value}-")
            and (not namespace or o.meta.namespace in ("", namespace))
            for o in self._unknown
        )

    def of_pods(self, names: Iterable[str], namespace: str) -> Maker | None:
        """What may have created pods that go by one of these names: a Service's, or the values of its selector."""
        return _surest([m for name in names for m in self._of_pods.get(name, ())], namespace)


def _surest(found: Iterable[Maker], namespace: str) -> Maker | None:
    # What an application is installed into is another namespace than its object is in, more often than not.
    there = [m for m in found if not namespace or m.object.meta.namespace in ("", namespace) or m.installs]
    return min(there, key=lambda m: not m.known, default=None)
