"""What each built-in rule reads, found by asking it; `tools/docs.py` writes it down.

A rule is a function of what it is answered. One that finds nothing in an empty graph asks the same of every graph that
has nothing for its questions, is answered the same, and finds nothing there either. So what rules ask of an empty graph
says which of them need not be imported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from upstreamlint.facets.judgement import Judgement, Obstacle
from upstreamlint.graph import Graph
from upstreamlint.graph.references import Reference
from upstreamlint.rules import ANYTHING, BUILT_IN_PACKAGE, Check, modules, page

HEAD = '''"""What each rule asks a graph for, by names as `Graph.holds` has them; written by `tools/docs.py`."""

READS: dict[str, str] = {
'''


class Asked(Graph):
    """A graph with nothing in it that notes what it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        object.__setattr__(self, "asked", set())

    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("__") or name in ("asked", *vars(Asked)):
            return super().__getattribute__(name)
        self.asked.add(ANYTHING)
        return super().__getattribute__(name)

    def nodes(self, kind: type[Any]) -> list[Any]:
        """Nothing, as `Graph.nodes` gives it."""
        self.asked.add(kind.__name__)
        return []

    def every(self, kind: type[Any]) -> Iterator[Any]:
        """Nothing, as `Graph.every` gives it."""
        return iter(self.nodes(kind))

    def references(self, kind: type[Reference]) -> list[Any]:
        """Nothing, as `Graph.references` gives it."""
        self.asked.add(kind.__name__)
        return []

    def broken(self, kind: type[Reference]) -> Iterator[Any]:
        """Nothing, as `Graph.broken` gives it."""
        self.asked.add(f"!{kind.__name__}")
        return iter(())

    def dialling(self, kind: type[Any]) -> Iterator[Any]:
        """Nothing, as `Graph.dialling` gives it."""
        return iter(self.nodes(kind))

    def found_problems(self, kind: type[Any]) -> Iterator[Any]:
        """Nothing, as `Graph.found_problems` gives it."""
        self.asked.add(kind.__name__)
        return iter(())

    def judged(self, *obstacles: Obstacle) -> Iterator[Judgement]:
        """Nothing, as `Graph.judged` gives it."""
        self.asked.update(f"!{obstacle.name}" for obstacle in obstacles)
        return iter(())

    def once(self, view: Callable[[Graph], Any]) -> Any:
        """What a function makes of it, as `Graph.once` gives it."""
        return view(self)

    @property
    def judgements(self) -> list[Judgement]:
        """Nothing, as `Graph.judgements` has it."""
        return self.references(Judgement)

    def checked(self, *obstacles: Obstacle) -> Iterator[Judgement]:
        """Nothing, as `Graph.checked` gives it."""
        return self.judged(*obstacles)


def reads(check: Check) -> str:
    """The names of what a check asks for."""
    graph = Asked()
    found = list(check(graph))
    return ANYTHING if found or ANYTHING in graph.asked else " ".join(sorted(graph.asked))


def found() -> dict[str, str]:
    """What each rule reads, by the place of its module."""
    prefix = f"{BUILT_IN_PACKAGE}."
    pages = ((name.removeprefix(prefix), page(name)) for name in modules(BUILT_IN_PACKAGE))
    return {name: reads(found.check) for name, found in pages if found is not None}


def written(found: Mapping[str, str]) -> str:
    """The text of the module that lists what rules read."""
    return "".join((HEAD, *(f'    "{name}": "{asked}",\n' for name, asked in found.items()), "}\n"))
