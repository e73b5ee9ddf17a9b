"""Reports: one module a format, each a pure function from a result to text."""

from __future__ import annotations

from importlib import import_module

from upstreamlint.formats.paint import PLAIN, Painter
from upstreamlint.typed import TYPE_CHECKING
from upstreamlint.values import NamedTuple, StrEnum

if TYPE_CHECKING:
    from upstreamlint.run.result import Result


class Format(StrEnum):
    """What a report can be written as."""

    TEXT = "text"
    CONCISE = "concise"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"
    GITLAB = "gitlab"
    JUNIT = "junit"
    MARKDOWN = "markdown"


class Layout(NamedTuple):
    """How a report looks; only the formats for people heed it.

    `width` is the number of columns that a source line may fill. `show_external` lists the references
    that leave the files, instead of counting them.
    """

    painter: Painter = PLAIN
    width: int = 120
    show_external: bool = False


DEFAULT = Layout()


def render(result: Result, form: Format, layout: Layout = DEFAULT) -> str:
    """The report of a result, ending in a newline unless it is empty."""
    # A run needs one format: each is imported when it is asked for.
    module = import_module(f"{__name__}.{form}")
    report: str = module.render(result, layout)
    return report
