"""What readers and loaders complain about: text that does not parse, templates that were not rendered."""

from __future__ import annotations

from upstreamlint.source import Anchor
from upstreamlint.values import entity


@entity
class Problem:
    """Something in the input itself that is wrong, with its place and the place of what it clashes with; and what that rests on, if it does."""

    anchor: Anchor
    message: str
    related: tuple[tuple[Anchor, str], ...] = ()
    help: str = ""
    assumption: str = ""

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


class ValueProblem(Problem):
    """A value of a chart under a name that is but a slip of the one that its templates ask for."""


class UndefinedTemplateProblem(Problem):
    """A named template that a chart includes and nothing defines."""


class MissingPartProblem(Problem):
    """What something that is deployed names as a part of itself, a folder or a file, and that is not there."""
