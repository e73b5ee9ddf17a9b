"""What a HAProxy answers by itself, whatever is asked: `monitor-uri`, and rules without a condition.

After the configuration manual: `http-request return`, `http-request deny`, `redirect`; a frontend that chooses no backend answers 503.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from upstreamlint.facets.reply import Reply, Request
from upstreamlint.numerals import decimal
from upstreamlint.programs.haproxy.sections import Line
from upstreamlint.programs.haproxy.types import Config, Own

_OK, _NOWHERE = 200, 503
_DEFAULTS = {"return": 200, "deny": 403, "redirect": 302, "auth": 401, "tarpit": 500}
_STATUS = {"return": "status", "deny": "deny_status", "redirect": "code", "tarpit": "deny_status"}
_UNLESS = frozenset({"if", "unless"})


def own(lines: Sequence[Line]) -> Iterator[Own]:
    """The lines that answer, as far as they are understood; one with a condition has no status."""
    for line in lines:
        words = [a.value for a in line.args]
        if line.name == "monitor-uri" and words:
            yield Own(path=words[0], status=_OK, anchor=line.anchor, text=f"`monitor-uri {words[0]}`")
        verb = "redirect" if line.name == "redirect" else words[0] if words else ""
        if line.name not in ("redirect", "http-request") or verb not in _DEFAULTS:
            continue
        named = _STATUS.get(verb, "")
        written = words[words.index(named) + 1 :][:1] if named in words else []
        status = decimal(written[0]) if written else _DEFAULTS[verb]
        plain = " ".join(words).endswith(_WITHOUT_TLS)
        told = (plain or not _UNLESS & {*words}) and not line.unsure
        yield Own(
            path="",
            status=status if told else None,
            anchor=line.anchor,
            text=f"`{line.name} {verb}`",
            plain=plain,
            location=_location(words) if verb == "redirect" else "",
        )


_WITHOUT_TLS = ("if !{ ssl_fc }", "unless { ssl_fc }")


def _location(words: Sequence[str]) -> str:
    """Where a `redirect` leads."""
    pairs = dict(pairwise(words))
    if "scheme" in pairs:
        return f"{pairs['scheme']}://%[req.hdr(host)]"
    return next((pairs[key] for key in ("prefix", "location") if key in pairs), "")


def reply(config: Config, request: Request) -> Reply | None:
    """What a request gets; nothing where a backend or a condition has a say."""
    serving = [p for p in config.proxies if p.serves and any(request.port in b.ports for b in p.binds)]
    if len(serving) != 1 or serving[0].mode != "http" or serving[0].unsure:
        return None
    proxy = serving[0]
    watched = next((o for o in proxy.own if o.path and o.path == request.path), None)
    secure = {b.ssl for b in proxy.binds if request.port in b.ports}
    rules = [o for o in proxy.own if not o.path and not (o.plain and secure == {True})]
    found = watched or next(iter(rules), None)
    if found is not None and found.plain and secure != {False}:
        return None
    if found is not None:
        text, location = found.text, found.location
        reply = Reply(status=found.status or 0, anchor=found.anchor, text=text, location=location)
        return reply if found.status else None
    if proxy.uses or proxy.dials or proxy.answers:
        return None
    return Reply(status=_NOWHERE, anchor=proxy.anchor, text="chooses no backend")
