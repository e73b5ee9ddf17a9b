"""What readers and loaders complain about: text that does not parse, templates that were not rendered."""

from __future__ import annotations

from upstreamlint.source import Anchor
from upstreamlint.values import entity


@entity
class Problem:
    """Something in the input itself that is wrong, with its place and the place of what it clashes with."""

    anchor: Anchor
    message: str
    related: tuple[tuple[Anchor, str], ...] = ()
    help: str = ""

    @property
    def id(self) -> str:
        """The file, so that fingerprints do not hang on lines."""
        return self.anchor.source.path


class SyntaxProblem(Problem):
    """Text that cannot be read; what it holds is not in the graph."""


class RepeatedKeyProblem(Problem):
    """A key that a mapping holds twice, in a file whose program takes the last one."""


class TemplateProblem(Problem):
    """A template that was not rendered; nothing in it is judged."""


class ChartProblem(Problem):
    """A chart that nothing at hand can render."""
