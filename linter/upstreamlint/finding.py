"""What a rule yields, and what is reported."""

from __future__ import annotations

from collections.abc import Iterable

from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple, StrEnum, entity


class Severity(StrEnum):
    """How certain a fault is: broken for sure, likely or in part, advice."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the gravest."""
        return _RANKS[self]

    @property
    def lowered(self) -> Severity:
        """The severity of the same fault when it hangs on an assumption."""
        return Severity.WARNING if self is Severity.ERROR else Severity.INFO


_RANKS = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


class Label(NamedTuple):
    """A place and a short text about it."""

    anchor: Anchor
    text: str


class Edit(NamedTuple):
    """A change that mends a fault: the characters of a place become `text`; all around them stays as it is."""

    anchor: Anchor
    text: str


class Symptom(NamedTuple):
    """The answer that a client, or the operator, gets.

    `status` is the HTTP status, if there is an answer; `body` its text; `flag` Envoy's response flag
    (`UH`, `NC`, `NR`, `UF`, `UC` …; `-` where its log shows that it set none); `log` what the proxy writes or prints instead.
    """

    status: int | None = None
    body: str = ""
    flag: str = ""
    log: str = ""

    def __str__(self) -> str:
        if self.status is None:
            return self.log
        text = str(self.status)
        if self.flag:
            text += f" {self.flag}"
        if self.body:
            text += f" `{self.body}`"
        return f"{text} ({self.log})" if self.log else text


class Affected(NamedTuple):
    """A route that a fault takes down: `share` of its requests, from 0 to 1, or nothing when it cannot be told.

    `chain` leads from the route to the fault, one place for each hop. `symptom` is what its clients get, where they do
    not get what the finding says.
    """

    listener: str
    route: str
    share: float | None
    anchor: Anchor
    chain: tuple[Label, ...] = ()
    symptom: Symptom | None = None


def merged(hits: Iterable[Affected]) -> tuple[Affected, ...]:
    """Each route once, with the sum of its shares; nothing where one of them cannot be told."""
    summed: dict[tuple[Anchor, str, str], Affected] = {}
    for hit in hits:
        known = summed.get((hit.anchor, hit.listener, hit.route))
        shares = (hit.share,) if known is None else (hit.share, known.share)
        told = [share for share in shares if share is not None]
        share = min(1.0, round(sum(told), 9)) if len(told) == len(shares) else None
        summed[hit.anchor, hit.listener, hit.route] = (known or hit)._replace(share=share)
    return tuple(summed.values())


@entity(kw_only=True)
class Finding:
    """One fault, as a rule sees it.

    `message` states the fault, never the remedy; `help` says what to change; `note` gives context.
    `subject` is the node of the graph that is broken: the routes through it are the ones hit, and two
    findings of a rule with the same subject and `fault` are one. `assumption` names what the finding
    rests on that the files do not show; it lowers the severity by one step. `hit` are the routes
    that are hit, where a rule knows them better than the graph: it may be that there is none. `port` is the port of
    the subject that is broken, where its others are not. `stops` is where a program runs that does not start for it:
    all of its routes are hit. `reason` is what findings of a rule in many files have in common, as the age of what they were
    made for; they are told once then. `fix` is what `help` says as edits, where that is certain; they go together.
    """

    message: str
    primary: Label
    subject: object
    related: tuple[Label, ...] = ()
    symptom: Symptom | None = None
    help: str = ""
    note: str = ""
    assumption: str = ""
    fault: str = ""
    hit: tuple[Affected, ...] | None = None
    port: int | None = None
    stops: object = None
    reason: str = ""
    fix: tuple[Edit, ...] = ()


@entity(kw_only=True)
class Diagnostic:
    """A finding with everything that the engine adds: what is reported."""

    rule: str
    severity: Severity
    finding: Finding
    subject: str
    affects: tuple[Affected, ...] = ()
    occurrence: int = 0

    @property
    def fingerprint(self) -> str:
        """The identity of the fault, without line numbers: it survives edits above the place."""
        import hashlib  # a clean run needs none of it

        path = self.finding.primary.anchor.source.path
        parts = [self.rule, path, self.subject, self.finding.fault, str(self.occurrence or "")]
        return hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()[:16]

    @property
    def labels(self) -> tuple[Label, ...]:
        """The primary label, then the related ones."""
        return (self.finding.primary, *self.finding.related)

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Path, line, column, rule."""
        span = self.finding.primary.anchor.span
        return span.path, span.line, span.column, self.rule, self.finding.message
