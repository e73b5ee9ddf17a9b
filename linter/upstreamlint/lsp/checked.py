"""A workspace as it was checked last, and the run that checks it: the editor's texts over those on disk."""

from __future__ import annotations

from collections.abc import Mapping

from upstreamlint.errors import NothingToCheckError
from upstreamlint.files.readable import DiskFiles, Kept
from upstreamlint.finding import Diagnostic
from upstreamlint.graph import Graph
from upstreamlint.run import engine
from upstreamlint.run.engine import Release
from upstreamlint.run.result import Coverage, Result
from upstreamlint.settings.config import Config, find
from upstreamlint.settings.config_file import load
from upstreamlint.source import Source
from upstreamlint.values import frozen, replace


@frozen
class Checked:
    """What a run found, and the texts that it differs in from those on disk."""

    result: Result
    releases: tuple[Release, ...]
    texts: Mapping[str, str]

    @property
    def graphs(self) -> tuple[Graph, ...]:
        """The graph of each release."""
        return tuple(release.graph for release in self.releases)

    def by_path(self) -> dict[str, list[Diagnostic]]:
        """The diagnostics by the file that they stand in."""
        found: dict[str, list[Diagnostic]] = {}
        for diagnostic in self.result.diagnostics:
            found.setdefault(diagnostic.finding.primary.anchor.source.path, []).append(diagnostic)
        return found


NOTHING = Checked(Result(diagnostics=(), coverage=Coverage()), (), {})


class Workspace:
    """The folder that an editor shows, which is the working directory, and what runs over it keep for each other."""

    def __init__(self) -> None:
        self._kept = Kept()

    def check(self, held: Mapping[str, str]) -> Checked:
        """Check the folder; `held` are the texts that the editor holds, by path.

        Raises:
            UsageError: the configuration cannot be read, or a rule fails.
        """
        texts = {path: text for path, text in held.items() if self._differs(path, text)}
        try:
            config = _config()
            releases, result = engine.check_kept(list(config.paths) or ["."], texts, config, self._kept)
        except NothingToCheckError:
            return replace(NOTHING, texts=texts)
        return Checked(result, releases, texts)

    def again(self, checked: Checked, texts: Mapping[str, str]) -> Result:
        """Check the folder as it was checked, with further texts."""
        config = _config()
        paths = list(config.paths) or ["."]
        return engine.check_kept(paths, {**checked.texts, **texts}, config, self._kept)[1]

    def source(self, path: str) -> Source | None:
        """The text that was read last at a path, if there was one."""
        return self._kept.latest(path)

    def _differs(self, path: str, text: str) -> bool:
        source = DiskFiles(["."]).source(path)
        return source is not None and source.text != text


def _config() -> Config:
    file = find([])
    return load(file) if file else Config()
