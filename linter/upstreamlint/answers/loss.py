"""The words that say what is lost: a workload's name, a zone, so many pods of each workload."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase

from upstreamlint.errors import UsageError
from upstreamlint.graph import Graph
from upstreamlint.model.compose.types import ComposeService
from upstreamlint.model.kubernetes import Autoscaler, Workload
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.numerals import decimal


def test(word: str, graph: Graph) -> Callable[[object], bool]:
    """Whether a workload is lost, by a word.

    Raises:
        UsageError: the word is no name, zone or number of pods.
    """
    key, equals, value = word.partition("=")
    if not equals:
        return lambda node: any(fnmatchcase(name, word) for name in names(node))
    if key == "zone" and value:
        return lambda node: isinstance(node, Workload) and node.template.zones == (value,)
    number = decimal(value)
    if key == "pod" and number is not None:
        count = Count(graph)
        return lambda node: (found := count.of(node)) is not None and 0 < found <= number
    raise UsageError(f"`{word}` is no workload, `zone=NAME` or `pod=N`")


def names(node: object) -> tuple[str, ...]:
    """What a workload may be called."""
    if isinstance(node, Workload):
        own = node.meta.name.value
        return own, node.title, f"{node.meta.namespace}/{own}", f"{node.meta.namespace}/{node.title}"
    if isinstance(node, ComposeService):
        return node.name.value, f"service/{node.name.value}", node.id
    return ()


class Count:
    """How many pods or containers of each workload of a graph run."""

    def __init__(self, graph: Graph) -> None:
        self._least = {
            f"{one.meta.namespace}/{one.target_kind}/{one.target.value}": 1
            if one.minimum is None
            else integer(one.minimum) or 0
            for one in graph.nodes(Autoscaler)
        }

    def of(self, node: object) -> int | None:
        """Of a workload, at its fewest; nothing when the files do not say, or the nodes decide."""
        if isinstance(node, ComposeService):
            return node.replicas
        if not isinstance(node, Workload) or node.finishes or node.meta.kind == "DaemonSet":
            return None
        scaled = self._least.get(f"{node.meta.namespace}/{node.title}")
        return scaled if scaled is not None else 1 if node.replicas is None else integer(node.replicas)
