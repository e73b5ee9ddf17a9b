"""Parameters that are rules: completed by the shell, and corrected when mistyped."""

from __future__ import annotations

import click

from upstreamlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    _Text = click.ParamType[str]
else:
    # Only newer versions of click have generic parameter types.
    _Text = click.ParamType


class RuleName(_Text):
    """The name of a rule; with `lists`, several names or globs with commas between them."""

    name = "rule"

    def __init__(self, *, lists: bool = False) -> None:
        self._lists = lists
        if lists:
            self.name = "rules"

    def shell_complete(
        self, _ctx: click.Context, _param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The rules that start with what is typed, each with its summary."""
        from click.shell_completion import CompletionItem

        from upstreamlint.rules import load

        before, comma, last = incomplete.rpartition(",") if self._lists else ("", "", incomplete)
        return [
            CompletionItem(f"{before}{comma}{rule.name}", help=rule.summary)
            for rule in load().values()
            if rule.name.startswith(last)
        ]
