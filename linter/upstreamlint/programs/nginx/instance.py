"""A running nginx: its configuration, where it runs, and which nginx it is."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.containers.container import Container
from upstreamlint.containers.listening.listen import ANY4, ANY6, Evidence, Listen, Listening
from upstreamlint.documents import Scalar
from upstreamlint.model.compose.images import image_name
from upstreamlint.model.compose.types import ComposeService
from upstreamlint.model.kubernetes.container import PodContainer
from upstreamlint.model.kubernetes.workload import Workload
from upstreamlint.numerals import decimal
from upstreamlint.programs.nginx.config import Config, Pass, Server
from upstreamlint.programs.nginx.upstream import Upstream
from upstreamlint.source import Anchor
from upstreamlint.typed import TYPE_CHECKING
from upstreamlint.values import NamedTuple, StrEnum, entity

if TYPE_CHECKING:
    from upstreamlint.facets.reply import Reply, Request
    from upstreamlint.programs.nginx.installation.templates import Emptied

_NUMBERS = patterns.compile(r"v?([0-9]+(?:\.[0-9]+)*)(?![0-9])")
_NEWEST = 9999
_RANGE = patterns.compile(r"[0-9]-[0-9]+$")


class Flavour(StrEnum):
    """Which program reads the configuration."""

    OPEN_SOURCE = "oss"
    PLUS = "plus"
    OPENRESTY = "openresty"
    TENGINE = "tengine"
    ANGIE = "angie"
    FREENGINX = "freenginx"
    UNKNOWN = ""


class Version(NamedTuple):
    """What is known of a version: the oldest and the newest that a tag such as `1.27` may mean."""

    oldest: tuple[int, ...]
    newest: tuple[int, ...]
    text: str

    def before(self, *version: int) -> bool:
        """Whether it is older for certain."""
        return self.newest < version

    def since(self, *version: int) -> bool:
        """Whether it is this one or newer for certain."""
        return self.oldest >= version


def version(text: str) -> Version | None:
    """The version that a tag or a setting names; nothing for `latest` and the like."""
    match = _NUMBERS.match(text)
    if match is None:
        return None
    numbers = tuple(n for n in map(decimal, match[1].split(".")[:3]) if n is not None)
    rest = 3 - len(numbers)
    return Version(numbers + (0,) * rest, numbers + (_NEWEST,) * rest, match[1])


class Image(NamedTuple):
    """What an image's name tells. `official` says that its entry point, stock files and modules are known."""

    flavour: Flavour
    version: Version | None
    official: bool


_FLAVOURS = {
    "openresty": Flavour.OPENRESTY,
    "tengine": Flavour.TENGINE,
    "angie": Flavour.ANGIE,
    "freenginx": Flavour.FREENGINX,
}
OF_IMAGE = "nginx.conf of the image"
"""What stands for the path of the texts that an image brings along, which are in no file."""
_OFFICIAL = patterns.compile(r"(?:^|/)(?:nginx|nginx-unprivileged|nginx-plus|openresty|angie)$|/nginx-plus/")


def image_of(reference: str) -> Image | None:
    """The nginx in an image, by its name; nothing for another program's image."""
    name = image_name(reference)
    last = name.name.rpartition("/")[2]
    known = next((f for word, f in _FLAVOURS.items() if word in name.name), None)
    if known is None and "nginx" not in last and "/nginx-plus/" not in name.name:
        return None
    official = _OFFICIAL.search(name.name) is not None and not name.name.startswith("bitnami")
    flavour = known or Flavour.UNKNOWN
    if known is None and "plus" in name.name:
        flavour = Flavour.PLUS
    elif known is None and official:
        flavour = Flavour.OPEN_SOURCE
    plain = official and flavour is not Flavour.PLUS
    return Image(flavour, version(name.tag) if plain else None, official)


@entity(kw_only=True)
class NginxInstance:
    """One nginx that runs, or would run.

    `place` is where it runs, missing when no file says. `complete` says that everything that it reads is known, so that absence means something.
    `alone` says that nothing but nginx runs in its container. `image` is where its version is written.
    `rendered` are the paths whose text went through envsubst, and nothing else where it is `filled`, `open_names` the variables in them that it may have replaced by
    anything, and `emptied` those of nginx's own that it replaced by nothing. `stock_ports` are those of the image's own server,
    `beside` those that are served besides its own servers, where that is known though it is not alone.
    """

    config: Config
    place: Container | None = None
    image: Scalar | None = None
    version: Version | None = None
    flavour: Flavour = Flavour.UNKNOWN
    complete: bool = False
    alone: bool = False
    rendered: frozenset[str] = frozenset()
    filled: bool = False
    open_names: frozenset[str] = frozenset()
    emptied: tuple[Emptied, ...] = ()
    stock_ports: frozenset[int] = frozenset()
    beside: frozenset[int] = frozenset()

    @property
    def answers_in(self) -> tuple[Container, ...]:
        """The container that it runs in."""
        return (self.place,) if self.place is not None else ()

    @property
    def service(self) -> ComposeService | None:
        """The Compose service that it runs in."""
        return self.place.service if self.place is not None else None

    @property
    def workload(self) -> Workload | None:
        """The workload whose pods it runs in."""
        return self.place.workload if self.place is not None else None

    @property
    def container(self) -> PodContainer | None:
        """The container of these pods."""
        return self.place.part if self.place is not None else None

    @property
    def client(self) -> ComposeService | Workload | None:
        """Where it runs."""
        return self.place.node if self.place is not None else None

    @property
    def id(self) -> str:
        """The file that leads, and where it runs."""
        where = self.service.name.value if self.service else self.workload.id if self.workload else ""
        return f"nginx/{where or self.config.main.source.path}"

    @property
    def anchor(self) -> Anchor:
        """The start of the first file that was read for it; the image where all it reads is of the image."""
        source = next(
            (f.source for f in self.config.fragments if f.source.text and f.source.path != OF_IMAGE), None
        )
        if source is None and self.image is not None:
            return self.image.anchor
        return Anchor(source or self.config.main.source, 0, 0)

    @property
    def title(self) -> str:
        """How messages name it."""
        return self.place.title if self.place is not None else "nginx"

    @property
    def listens(self) -> frozenset[int] | None:
        """The TCP ports that it listens on; nothing when they are not all known."""
        if not self.complete:
            return None
        ports = set(self.stock_ports)
        for server in self.config.servers:
            if not server.listens:
                ports.add(80)
            for listen in server.listens:
                if "$" in listen.written.value or _RANGE.search(listen.written.value):
                    return None
                if listen.port is not None and "udp" not in listen.parameters:
                    ports.add(listen.port)
        return frozenset(ports)

    @property
    def serving(self) -> tuple[tuple[Container, Listening], ...]:
        """Where it runs alone, with what it listens on; none when that is not all known."""
        if self.listens is None or not self.alone or self.place is None:
            return ()
        stock = (_stock(number, self.anchor) for number in sorted(self.stock_ports))
        return ((self.place, Listening(listens=(*stock, *self.own), closed=True)),)

    @property
    def own(self) -> tuple[Listen, ...]:
        """What its servers listen on, as far as that is written."""
        return tuple(self._own())

    def _own(self) -> Iterator[Listen]:
        secure = {i.port for s in self.config.servers for i in s.listens if "ssl" in i.parameters}
        for server in self.config.servers:
            if not server.listens:
                yield _listen(server.anchor, "no listen", 80)
            for item in server.listens:
                if item.port is None or "udp" in item.parameters:
                    continue
                ipv6 = item.written.value.startswith("[")
                yield Listen(
                    address=item.host or (ANY6 if ipv6 else ANY4),
                    port=item.port,
                    anchor=item.directive.head,
                    text=f"listen {item.written.value}",
                    evidence=Evidence.CONFIGURED,
                    protocol="http" if server.context == "http" else "",
                    # What one `listen` says of a port holds for all of them.
                    tls=item.port in secure if server.context == "http" else None,
                    http2="http2" in item.parameters or self._http2(server),
                    proxy_header="proxy_protocol" in item.parameters,
                )

    def _http2(self, server: Server) -> bool:
        """Whether `http2 on` is in force for a server."""
        found = [d for scope in server.scopes for d in scope.all("http2")]
        return bool(found) and bool(found[0].args) and found[0].args[0].value == "on"

    def reply(self, request: Request) -> Reply | None:
        """What a request gets that comes to it."""
        from upstreamlint.programs.nginx.answers.replies import reply

        return reply(self, request, self.place) if self.alone and self.place is not None else None

    def turned_away(self, request: Request) -> Reply | None:
        """What a request gets that no server has the name for."""
        from upstreamlint.programs.nginx.answers.virtual_servers import turned_away

        return turned_away(self, request)

    def refuses_name(self, number: int, name: str) -> tuple[Anchor, str] | None:
        """What ends a handshake for a name."""
        from upstreamlint.programs.nginx.answers.virtual_servers import refuses_name

        return refuses_name(self, number, name)

    def names_on(self, number: int) -> tuple[str, ...]:
        """The names of the servers on a port."""
        from upstreamlint.programs.nginx.answers.virtual_servers import names, on_port

        return names(on_port(self, number))

    def upstream(self, target: Pass) -> Upstream | None:
        """The upstream that a literal pass names."""
        if target.address is None or target.address.kind != "name":
            return None
        return self.config.upstream(target.address.host, target.context)


def _stock(number: int, anchor: Anchor) -> Listen:
    """What the server of the official image listens on, which its entry point opens for IPv6 too."""
    return Listen(
        address=ANY6,
        port=number,
        anchor=anchor,
        text="the image's own server",
        evidence=Evidence.IMAGE,
        protocol="http",
        http2=False if number in _PLAIN else None,
    )


_PLAIN = (80, 8080)
"""The ports of the images' own servers without TLS, which speak HTTP/1 alone."""


def _listen(anchor: Anchor, text: str, number: int) -> Listen:
    """A server that says nothing."""
    return Listen(
        address=ANY4,
        port=number,
        anchor=anchor,
        text=text,
        evidence=Evidence.CONFIGURED,
        protocol="http",
        tls=False,
        http2=False,
    )
