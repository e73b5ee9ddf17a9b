"""Plant one fault at a time where a public repository has no finding, and count what is found.

    python bench/plant.py --corpus DIR [--corpus DIR] [--limit 400] [--seed 1] [--repositories odd|even|all]

Each folder in DIR is a repository. A fault is planted in a copy of the project that it lies in: the largest folder
around it with a few hundred files. Only what is right now is planted upon: the name is there, the port is declared.
A plant is caught when a new finding points to its line or names what was written there. The same seed plants the same faults.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from planting import charts, compose, held, kubernetes, named, slips
from planting.overlaid import Overlaid
from planting.sites import Site, files, read

from upstreamlint.errors import UsageError
from upstreamlint.finding import Diagnostic, Severity
from upstreamlint.run import engine
from upstreamlint.settings.config import Config

MOST_FILES = 250
MOST_PER_PROJECT = 3
OUTCOMES = ("error", "warning", "missed")


@dataclass(frozen=True)
class Place:
    """A folder of a repository, with the files of it that are read; `shallow` leaves its folders out."""

    repository: str
    folder: Path
    names: tuple[str, ...]
    shallow: bool


@dataclass(frozen=True)
class Plant:
    """One fault: where, how the hand slipped, and what is written now."""

    place: Place
    site: Site
    slip: str
    text: str


@dataclass(frozen=True)
class Outcome:
    plant: Plant
    result: str
    findings: tuple[str, ...]
    elsewhere: tuple[str, ...]


def places(repository: Path) -> Iterator[Place]:
    yield from _parted(repository.name, repository, files(repository))


def _parted(name: str, folder: Path, names: list[str]) -> Iterator[Place]:
    if len(names) <= MOST_FILES:
        yield Place(name, folder, tuple(names), shallow=False)
        return
    below: dict[str, list[str]] = defaultdict(list)
    for path in names:
        head, _, rest = path.partition("/")
        below[head if rest else ""].append(rest or head)
    for head, paths in sorted(below.items()):
        if head:
            yield from _parted(name, folder / head, paths)
        else:
            yield Place(name, folder, tuple(paths), shallow=True)


class Copy:
    """A copy of a place that faults can be written into, and what the program says about it."""

    def __init__(self, place: Place) -> None:
        self.place = place

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="plant-")
        root = Path(self._folder.name) / self.place.folder.name
        if self.place.shallow:
            root.mkdir()
            for path in self.place.folder.iterdir():
                if path.is_file():
                    shutil.copy(path, root)
        else:
            shutil.copytree(self.place.folder, root, symlinks=True)
        self.root = root
        os.chdir(root)
        return self

    def __exit__(self, *_: object) -> None:
        os.chdir("/")
        self._folder.cleanup()

    def check(self) -> list[Diagnostic]:
        try:
            return list(engine.check(["."], Config()).diagnostics)
        except UsageError:
            return []

    def planted(self, plant: Plant) -> list[Diagnostic]:
        path = self.root / plant.site.path
        before = path.read_bytes()
        text = before.decode()
        start = plant.site.start
        path.write_bytes((text[:start] + plant.text + text[start + len(plant.site.old) :]).encode())
        try:
            return self.check()
        finally:
            path.write_bytes(before)


def surveyed(place: Place) -> list[Site]:
    """The places of a project in files about which nothing is said."""
    with Copy(place) as copy:
        loud = {d.finding.primary.anchor.source.path for d in copy.check() if d.severity is not Severity.INFO}
    project = read(place.folder, place.names)
    cluster = kubernetes.Cluster(project)
    found = [
        *kubernetes.sites(cluster),
        *held.sites(cluster),
        *charts.sites(project),
        *compose.sites(project),
        *named.sites(project),
    ]
    overlaid = Overlaid(project)
    return [s for s in dict.fromkeys(found) if s.path not in loud and not overlaid.hides(s)]


def chosen(found: Sequence[tuple[Place, Site]], limit: int, seed: int) -> list[Plant]:
    """As many of each kind as there are, up to an equal share; few from each project, each slip in turn."""
    rng = random.Random(seed)
    kinds: dict[tuple[str, str], list[tuple[Place, Site]]] = defaultdict(list)
    for pair in found:
        kinds[pair[1].technology, pair[1].kind].append(pair)
    queues = {kind: _spread(pairs, rng) for kind, pairs in sorted(kinds.items())}
    turn = Counter({kind: number for number, kind in enumerate(queues)})
    plants: list[Plant] = []
    while queues and len(plants) < limit:
        for kind in list(queues):
            plant = next(_plants(queues[kind], turn, rng), None)
            if plant is None:
                del queues[kind]
            elif len(plants) < limit:
                plants.append(plant)
    return plants


def _spread(pairs: list[tuple[Place, Site]], rng: random.Random) -> list[tuple[Place, Site]]:
    """Shuffled, the first of each project before the second of any; the last is taken first."""
    rng.shuffle(pairs)
    taken: Counter[Place] = Counter()
    ranked = []
    for pair in pairs:
        taken[pair[0]] += 1
        if taken[pair[0]] <= MOST_PER_PROJECT:
            ranked.append((taken[pair[0]], len(ranked), pair))
    return [pair for _, _, pair in sorted(ranked, key=lambda r: r[:2], reverse=True)]


def _plants(
    queue: list[tuple[Place, Site]], turn: Counter[tuple[str, str]], rng: random.Random
) -> Iterator[Plant]:
    names = list(slips.SLIPS)
    while queue:
        place, site = queue.pop()
        if site.text:
            yield Plant(place, site, "moved", site.text)
            continue
        kind = (site.technology, site.kind)
        for _ in names:
            name = names[turn[kind] % len(names)]
            turn[kind] += 1
            text = slips.slip(name, site.old, site.taken, rng)
            if text is not None:
                yield Plant(place, site, name, text)
                break


def outcomes(plants: Sequence[Plant]) -> list[Outcome]:
    """What each fault of one project comes to."""
    with Copy(plants[0].place) as copy:
        before = Counter(map(_key, copy.check()))
        found = []
        for plant in plants:
            left = before.copy()
            new = []
            for diagnostic in copy.planted(plant):
                if left[_key(diagnostic)]:
                    left[_key(diagnostic)] -= 1
                elif diagnostic.severity is not Severity.INFO:
                    new.append(diagnostic)
            about = [d for d in new if _is_about(d, plant)]
            ranks = [d.severity.rank for d in about]
            found.append(
                Outcome(
                    plant,
                    OUTCOMES[min(ranks, default=2)],
                    tuple(map(_told, about)),
                    tuple(_told(d) for d in new if d not in about),
                )
            )
    return found


def _key(diagnostic: Diagnostic) -> tuple[str, str, str, str]:
    place = diagnostic.finding.primary.anchor.source.path
    return diagnostic.rule, diagnostic.severity.value, place, diagnostic.finding.message


def _told(diagnostic: Diagnostic) -> str:
    anchor = diagnostic.finding.primary.anchor
    where = f"{anchor.source.path}:{anchor.line}"
    return f"{diagnostic.severity} {diagnostic.rule} {where} {diagnostic.finding.message}"


def _is_about(diagnostic: Diagnostic, plant: Plant) -> bool:
    """Whether a finding points to the line of the fault, or names what was written there or stands there now."""
    site = plant.site
    labels = diagnostic.labels
    for label in labels:
        source = label.anchor.source
        if source.path == site.path and label.anchor.line == source.position(site.start)[0]:
            return True
    words = "|".join(re.escape(w) for w in {plant.text, site.old} if w)
    said = " ".join((diagnostic.finding.message, *(label.text for label in labels)))
    return re.search(rf"(?<![\w-])(?:{words})(?![\w-])", said) is not None


def report(results: Sequence[Outcome]) -> Iterator[str]:
    for title, key in (
        ("kind", lambda o: f"{o.plant.site.technology}: {o.plant.site.kind}"),
        ("slip", lambda o: o.plant.slip),
        ("technology", lambda o: o.plant.site.technology),
        ("", lambda _: "all"),
    ):
        groups: dict[str, Counter[str]] = defaultdict(Counter)
        for outcome in results:
            groups[key(outcome)][outcome.result] += 1
        yield f"{title:<34}{'error':>8}{'warning':>9}{'missed':>8}{'planted':>9}"
        for name, counts in sorted(groups.items()):
            total = counts.total()
            shares = "".join(f"{counts[o]:>{w}}" for o, w in zip(OUTCOMES, (8, 9, 8), strict=True))
            caught = (counts["error"] + counts["warning"]) / total
            yield f"{name:<34}{shares}{total:>9}  {caught:4.0%} caught, {counts['error'] / total:4.0%} as error"
        yield ""
    yield f"new findings elsewhere: {sum(len(o.elsewhere) for o in results)}"


def _listed(outcome: Outcome) -> Iterator[str]:
    plant = outcome.plant
    site = plant.site
    line = (plant.place.folder / site.path).read_bytes().decode()[: site.start].count("\n") + 1
    place = plant.place.folder / site.path
    yield f"{outcome.result}\t{site.technology}: {site.kind}\t{plant.slip}\t{site.old} -> {plant.text!r}\t{place}:{line}"
    yield from (f"\t{text}" for text in outcome.findings)
    yield from (f"\telsewhere: {text}" for text in outcome.elsewhere)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--corpus", action="append", required=True, type=Path, help="a folder of repositories"
    )
    parser.add_argument("--limit", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repositories", choices=("all", "odd", "even"), default="all")
    parser.add_argument("--only", default="", help="an expression that `technology: kind` is to match")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--list", action="store_true", help="print each plant with its findings")
    options = parser.parse_args(arguments)
    repositories = [r for corpus in options.corpus for r in _repositories(corpus, options.repositories)]
    with (
        tempfile.TemporaryDirectory(prefix="plant-cache-") as cache,
        ProcessPoolExecutor(options.jobs) as pool,
    ):
        os.environ["XDG_CACHE_HOME"] = cache
        everywhere = [p for repository in repositories for p in places(repository)]
        found = [
            (place, site)
            for place, own in zip(everywhere, pool.map(surveyed, everywhere), strict=True)
            for site in own
            if re.search(options.only, f"{site.technology}: {site.kind}")
        ]
        plants = chosen(found, options.limit, options.seed)
        results = [o for own in pool.map(outcomes, _by_place(plants)) for o in own]
    if options.list:
        for outcome in results:
            print("\n".join(_listed(outcome)))
    print("\n".join(report(results)))


def _repositories(corpus: Path, which: str) -> list[Path]:
    found = sorted(p.resolve() for p in corpus.iterdir() if p.is_dir())
    return {"all": found, "odd": found[::2], "even": found[1::2]}[which]


def _by_place(plants: Iterable[Plant]) -> list[list[Plant]]:
    groups: dict[Place, list[Plant]] = defaultdict(list)
    for plant in plants:
        groups[plant.place].append(plant)
    return list(groups.values())


if __name__ == "__main__":
    sys.exit(main())
