"""Where PHP-FPM listens: what its packages and images bring, and what is put over that.

The images of PHP read `php-fpm.d/*.conf` by name, and bring `zz-docker.conf` with `listen = 9000` for the pool `www`: a file that
sorts before it moves nothing (docker-library/php, `Dockerfile-linux.template`). Debian's and Ubuntu's packages bring `pool.d/www.conf`
with `listen = /run/php/phpX.Y-fpm.sock`, Alpine's `php-fpm.d/www.conf` with `127.0.0.1:9000`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.containers.container import Container
from upstreamlint.documents import Scalar
from upstreamlint.graph.index import Index
from upstreamlint.programs.php_fpm.types import Fpm, Pool
from upstreamlint.programs.reading import Found, Run
from upstreamlint.readers.fragment import Fragment
from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple

_OFFICIAL = "/usr/local/etc/php-fpm.d"
_MAINS = ("/usr/local/etc/php-fpm.conf",)
_BASES = frozenset({"debian", "ubuntu", "alpine"})
_DEBIAN = patterns.compile(r"php(?P<version>\d\.\d)?-fpm\Z")
_ALPINE = patterns.compile(r"php(?P<version>\d{1,2})-fpm\Z")
_VERSIONS = {
    "debian": {
        "12": "8.2", "bookworm": "8.2", "11": "7.4", "bullseye": "7.4", "10": "7.3", "buster": "7.3",
        "13": "8.4", "trixie": "8.4",
    },
    "ubuntu": {
        "18.04": "7.2", "bionic": "7.2", "20.04": "7.4", "focal": "7.4", "22.04": "8.1", "jammy": "8.1",
        "24.04": "8.3", "noble": "8.3",
    },
}  # fmt: skip
"""The PHP that `php-fpm` stands for in a release."""
_WITH_PHP5 = frozenset({"14.04", "trusty", "8", "jessie"})
_FOREIGN = patterns.compile(r"sury|ondrej|add-apt-repository|remi")
"""Repositories with other versions of PHP."""
_MOVES = patterns.compile(
    r"pool\.d|www\.conf|zz-docker|php-fpm\.d|php-fpm\.conf|\.sock\b|\blisten\b|--fpm-config|socat"
)
"""What a command that moves a pool, or its socket, speaks of."""
_SECTION = patterns.compile(
    r"^[ \t]*(?:\[(?P<name>[^\]\n]*)\]|listen[ \t]*=[ \t]*(?P<listen>[^\s;]+))", re.MULTILINE
)


class _Stock(NamedTuple):
    """What is brought without anybody saying so: the folder of the pools, its files with what each has `www` listen on, and what says so."""

    folder: str
    files: tuple[tuple[str, str], ...]
    anchor: Anchor
    text: str


def load(run: Run) -> Found:
    """The PHP-FPM of every container where it is known to run, and where."""
    found = tuple(one for place in run.containers if (one := _fpm(place)) is not None)
    return Found(resources=found)


def link(_: Index) -> Iterator[object]:
    """It dials nobody."""
    return iter(())


def _fpm(place: Container) -> Fpm | None:
    if place.service is None or place.piece:
        return None
    stocks = tuple(_stocks(place))
    if not stocks or _moved(place) or any(map(place.files.read, _MAINS)):
        return None
    pools = tuple(pool for stock in stocks for pool in _pools(place, stock) or ())
    # One stock that is not known leaves all of them open.
    if any(_pools(place, stock) is None for stock in stocks) or not pools:
        return None
    return Fpm(place=place, pools=pools, anchor=pools[0].anchor, alone=_is_alone(place))


def _is_alone(place: Container) -> bool:
    """Whether nothing but PHP-FPM is started: by the image's own command, or by one that names it."""
    facts = place.image_facts
    started = all(command.certain and command.program.startswith("php-fpm") for command in place.commands)
    own = bool(place.commands) or (facts is not None and "php-fpm" in facts.programs and not place.words)
    return started and own and place.service is not None and not place.service.shares


def _moved(place: Container) -> bool:
    """Whether a command of the build or the container may move a pool."""
    stage = place.stage
    if place.built and stage is None:
        return True
    texts = [word.value for word in place.words]
    texts += [" ".join(word.value for word in command.words) for command in place.commands]
    texts += [
        i.text + (i.heredoc.value if i.heredoc else "")
        for i in (stage.changes if stage else ())
        if i.name == "RUN"
    ]
    for layer in place.files.layers:
        if layer.target.endswith((".sh", "entrypoint", "start", "run")) and (
            text := place.files.read(layer.target)
        ):
            texts.append(text.text)
    return any(_MOVES.search(text) for text in texts)


def _stocks(place: Container) -> Iterator[_Stock]:
    image, facts, stage = place.image, place.image_facts, place.stage
    if image is None:
        return
    if facts is not None and "php-fpm" in facts.programs and place.image_name == "php":
        files = (("www.conf", "127.0.0.1:9000"), ("zz-docker.conf", "9000"))
        yield _Stock(_OFFICIAL, files, image.anchor, image.value)
        return
    if stage is None or place.image_name not in _BASES:
        return
    for package in stage.packages:
        one = _packaged(place, package)
        if one is not None:
            yield one


def _packaged(place: Container, package: Scalar) -> _Stock | None:
    stage, image = place.stage, place.image
    if stage is None or image is None:
        return None
    if place.image_name == "alpine":
        found = _ALPINE.match(package.value)
        folder = f"/etc/php{found['version']}/php-fpm.d" if found else ""
        return (
            _Stock(folder, (("www.conf", "127.0.0.1:9000"),), package.anchor, package.value)
            if found
            else None
        )
    release = image.value.rpartition(":")[2].removesuffix("-slim").partition("-")[0]
    if package.value == "php5-fpm" and release in _WITH_PHP5:
        stock = (("www.conf", "/var/run/php5-fpm.sock"),)
        return _Stock("/etc/php5/fpm/pool.d", stock, package.anchor, package.value)
    found = _DEBIAN.match(package.value)
    if found is None:
        return None
    foreign = _FOREIGN.search(" ".join(i.text for i in stage.changes)) is not None
    version = found["version"] or (None if foreign else _VERSIONS[place.image_name].get(release))
    if version is None:
        return _Stock("", (), package.anchor, package.value)
    stock = (("www.conf", f"/run/php/php{version}-fpm.sock"),)
    return _Stock(f"/etc/php/{version}/fpm/pool.d", stock, package.anchor, package.value)


def _pools(place: Container, stock: _Stock) -> tuple[Pool, ...] | None:
    """What the files of a folder come to, in the order in which they are read; nothing where that is not known."""
    pattern = f"{stock.folder}/*.conf"
    if not stock.folder or place.files.unknown(pattern):
        return None
    written = dict(place.files.find(pattern))
    names = {path.rpartition("/")[2] for path in written}
    hidden = place.files.hides(stock.folder)
    brought = {} if hidden else {name: listen for name, listen in stock.files if name not in names}
    found: dict[str, Pool] = {}
    for name in sorted({*names, *brought}):
        if name in brought:
            found["www"] = Pool(listen=brought[name], anchor=stock.anchor, text=stock.text)
            continue
        for section, listen, anchor in _listens(written[f"{stock.folder}/{name}"]):
            if "$" in listen:
                return None
            found[section] = Pool(listen=listen, anchor=anchor, text=f"listen = {listen}")
    return tuple(found.values())


def _listens(text: Fragment) -> Iterator[tuple[str, str, Anchor]]:
    section = ""
    for found in _SECTION.finditer(text.text):
        if found["name"] is not None:
            section = found["name"].strip()
        elif section and section != "global":
            yield section, found["listen"].strip("\"'"), text.place(*found.span("listen"))
