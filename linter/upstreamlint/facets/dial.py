"""What a program dials, and from where."""

from __future__ import annotations

from upstreamlint.containers.container import Container
from upstreamlint.containers.listening.listen import Listen
from upstreamlint.documents import Scalar
from upstreamlint.facets.spread import PLAIN, Spread
from upstreamlint.graph.nodes import Node, Route
from upstreamlint.model.kubernetes.container import PodContainer
from upstreamlint.model.kubernetes.meta import Meta
from upstreamlint.model.kubernetes.workload import Workload
from upstreamlint.source import Anchor
from upstreamlint.typed import TYPE_CHECKING, TypedDict
from upstreamlint.values import StrEnum, entity, frozen

if TYPE_CHECKING:
    from upstreamlint.facets.judgement import Candidate
    from upstreamlint.model.compose.types import ComposeService, Project


class Protocol(StrEnum):
    """What is spoken over a connection; UNKNOWN is judged by nothing."""

    HTTP1 = "HTTP/1.1"
    HTTP2 = "HTTP/2"
    HTTP = "HTTP"
    """Either version, as what is there takes or the client speaks."""
    GRPC = "gRPC"
    FASTCGI = "FastCGI"
    UWSGI = "uwsgi"
    SCGI = "SCGI"
    TCP = "TCP"
    UNKNOWN = ""


class Purpose(StrEnum):
    """Why a program dials: what a failure costs."""

    ROUTE = "route"
    """The request itself is sent there."""
    MIRROR = "mirror"
    """A copy is sent, whose answer nobody waits for."""
    DEPENDENCY = "dependency"
    """An answer is needed before the request goes on: authorization, keys, a limit."""
    FORWARD = "forward"
    """Packets are handed on, whoever sent them: by a Service, or by a published port."""
    ASK = "health check"
    """Whether the backend is healthy."""
    OWN_CHECK = "own health check"
    """A container asks itself."""
    OTHER_CHECK = "health check of another"
    """A container asks another one for its own health."""
    WAIT = "wait"
    """A container goes on when it answers, and not before."""
    WRITTEN = "written"
    """An address in a variable or an argument: what the program in the container does with it is not known."""


@frozen(kw_only=True)
class Tls:
    """TLS as the client speaks it: the name that it asks for, empty where it asks for none, nothing where that is not known.

    `public` says that it verifies the certificate, and believes none but the authorities of its system.
    """

    sni: str | None = None
    verifies: bool = False
    public: bool = False


@frozen(kw_only=True)
class Ask:
    """What is asked of a backend to learn whether it is healthy; where it is asked is said by the dial.

    `method` and `path` are what is sent (no method: a bare connection), `host` is the Host header, empty where it is
    the address. `accepts` are the first and last statuses of the ranges that count as healthy; `opaque` says that
    more is looked at than the status. `follows` says that redirects are followed. `written` says that the path stands
    in the files, and is not the asker's default; `why` is where a path comes from that neither is.
    `remedy` is how another path is named. `lenient` says what keeps requests coming to what is not healthy.
    """

    anchor: Anchor
    method: str = "GET"
    path: str = "/"
    host: str = ""
    accepts: tuple[tuple[int, int], ...] = ((200, 399),)
    opaque: bool = False
    follows: bool = False
    written: bool = True
    why: str = ""
    remedy: str = ""
    lenient: str = ""

    @property
    def title(self) -> str:
        """How messages name it."""
        return f"{self.method} {self.path}"

    def takes(self, status: int) -> bool:
        """Whether a status counts as healthy."""
        return any(low <= status <= high for low, high in self.accepts)


@frozen(kw_only=True)
class Permission:
    """What is asked whether a request may go on: the path, and who asks.

    `asker` is `forward` where the client gets what is answered, `subrequest` where only yes or no is heard, and `prefix` where the client gets what is
    answered and the path of its request stands behind this one (Envoy's ext_authz).
    """

    path: Scalar
    asker: str


@entity(kw_only=True)
class Caller:
    """A program where it runs: who dials.

    `program` is what messages call it; empty when the files do not tell which it is. It runs in a Compose
    service of a project, or in a container of a workload's pods; `container` is missing where it is not known
    which. `listens` are the ports that it serves itself, `own` what is known of how it serves them, `alone` says that nothing but it runs in its
    container, `complete` that all of its configuration is known. `cluster` is the object that configures a program of
    the cluster whose pods are not in the files; `resident` says that those are in its namespace. `answers_as` is what the table of answers knows it by, where that is not its name.
    """

    program: str
    service: ComposeService | None = None
    project: Project | None = None
    workload: Workload | None = None
    container: PodContainer | None = None
    listens: frozenset[int] = frozenset()
    own: tuple[Listen, ...] = ()
    alone: bool = False
    complete: bool = True
    cluster: Meta | None = None
    resident: bool = False
    answers_as: str = ""

    @property
    def node(self) -> ComposeService | Workload | None:
        """Where it runs, as the graph knows it."""
        return self.service or self.workload

    @property
    def title(self) -> str:
        """How messages name the place that it runs in."""
        if self.service is not None:
            return f"service `{self.service.name}`"
        return f"`{self.workload.title}`" if self.workload is not None else self.program


class Spoken(TypedDict):
    """The fields of a dial that say what is spoken."""

    protocol: Protocol
    tls: Tls | None


def spoken(scheme: str) -> Spoken:
    """What the scheme of a URL says that is spoken; other schemes than those of HTTP say nothing of TLS here."""
    if scheme not in ("http", "https"):
        return Spoken(protocol=Protocol.UNKNOWN, tls=None)
    return Spoken(protocol=Protocol.HTTP1, tls=Tls() if scheme == "https" else None)


def caller(
    place: Container,
    program: str,
    *,
    listens: frozenset[int] = frozenset(),
    own: tuple[Listen, ...] = (),
    alone: bool = False,
    complete: bool = True,
) -> Caller:
    """A program in a container."""
    return Caller(
        program=program,
        service=place.service,
        project=place.project,
        workload=place.workload,
        container=place.part,
        listens=listens,
        own=own,
        alone=alone,
        complete=complete,
    )


@entity(kw_only=True)
class Dial:
    """One address that a program calls.

    `owner` is the node that holds it: the route, or the upstream, pool or cluster that the route names.
    `host` is as written; a missing `port` is not judged. `defaulted` says that the port is the protocol's own,
    `at_start` that the name is looked up once, when the program starts, which dies without an answer,
    `own_resolver` that a resolver of the program's own looks it up, which knows no search domains.
    `share` is the part of the owner's requests that is sent there, from 0 to 1, nothing when it depends. `spread` is
    how the owner's targets are used, `backup` counts those that are only used when no other is left, from 1.
    `known` are names of the program's own that may have been meant, and `vague` says that the name may be one
    of those in a file that is not here. `unless` says what saves the requests when the name does not resolve, and
    `with_name` what else a name needs where an address stands now, `with_tls` how the program is told to speak TLS. `protocol` and `tls` are what the program speaks to it,
    `protocol_anchor` is where it says so, `proxy_header` that it begins with a PROXY header.
    `variable` is what holds the address, where that is a variable or a flag, `on_behalf` the object that has the
    program dial, as messages name it. `by_address` says that the address of a container is dialled, which no name is
    looked up for. `namespace` is where a field of its own has a Service looked up. `hosts` are the Host headers that it may send, each as it is sent, none where they are not all known, and
    `hosts_anchor` is where they are written. `ask` is what is asked there for health, beside the requests or, when that is the purpose, instead of them. `permission` is what is asked before they go on. `ended` is where the TLS of those ends whose requests are sent on here.
    """

    caller: Caller
    owner: Node
    route: Route | None
    host: str
    host_anchor: Anchor
    port: int | None
    port_anchor: Anchor
    defaulted: bool = False
    at_start: bool = False
    own_resolver: bool = False
    share: float | None = 1.0
    spread: Spread = PLAIN
    backup: int = 0
    protocol: Protocol = Protocol.UNKNOWN
    protocol_anchor: Anchor | None = None
    tls: Tls | None = None
    proxy_header: bool = False
    purpose: Purpose = Purpose.ROUTE
    known: tuple[Candidate, ...] = ()
    vague: bool = False
    unless: str = ""
    with_name: str = ""
    with_tls: str = ""
    variable: str = ""
    on_behalf: str = ""
    by_address: bool = False
    namespace: str = ""
    hosts: tuple[str, ...] = ()
    hosts_anchor: Anchor | None = None
    ask: Ask | None = None
    permission: Permission | None = None
    ended: Anchor | None = None

    @property
    def of_itself(self) -> bool:
        """Whether a container asks itself for its health."""
        return self.purpose is Purpose.OWN_CHECK

    @property
    def handed_on(self) -> bool:
        """Whether packets are only handed on, whoever sent them."""
        return self.purpose is Purpose.FORWARD

    @property
    def by(self) -> str:
        """What dials, as messages and the table of answers name it."""
        return self.caller.program
