"""The options of `server`, `default-server` and `bind` lines, which take one word or none (src/server.c)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from upstreamlint.documents import Scalar

FLAGS = frozenset(
    {
        "agent-check",
        "allow-0rtt",
        "backup",
        "check",
        "check-reuse-pool",
        "check-send-proxy",
        "check-ssl",
        "check-via-socks4",
        "disabled",
        "enabled",
        "force-sslv3",
        "force-tlsv10",
        "force-tlsv11",
        "force-tlsv12",
        "force-tlsv13",
        "non-stick",
        "renegotiate",
        "send-proxy",
        "send-proxy-v2",
        "send-proxy-v2-ssl",
        "send-proxy-v2-ssl-cn",
        "ssl",
        "ssl-reuse",
        "stick",
        "strict-maxconn",
        "tfo",
        "tls-tickets",
        "tls-ticket-keys",
    }
)
"""Options without a word; each may stand behind a `no-`. All others take one."""

BIND_FLAGS = frozenset(
    {
        "accept-proxy",
        "allow-0rtt",
        "defer-accept",
        "force-sslv3",
        "force-tlsv10",
        "force-tlsv11",
        "force-tlsv12",
        "force-tlsv13",
        "generate-certificates",
        "no-alpn",
        "no-ca-names",
        "no-sslv3",
        "no-strict-sni",
        "no-tls-tickets",
        "no-tlsv10",
        "no-tlsv11",
        "no-tlsv12",
        "no-tlsv13",
        "prefer-client-ciphers",
        "quic-force-retry",
        "ssl",
        "strict-sni",
        "tfo",
        "transparent",
        "v4v6",
        "v6only",
    }
)

Options = Mapping[str, Scalar | None]
NONE: Options = MappingProxyType({})


def options(words: Sequence[Scalar], flags: frozenset[str], before: Options = NONE) -> Options:
    """The options by name with their word; what `before` sets stays unless it is set again or taken back."""
    found = dict(before)
    at = 0
    while at < len(words):
        name = words[at].value
        bare = name.removeprefix("no-")
        if name in flags or bare in flags:
            if name in flags:
                found[name] = words[at]
                found.pop({"disabled": "enabled", "enabled": "disabled"}.get(name, ""), None)
            else:
                found.pop(bare, None)
            at += 1
        else:
            found[name] = words[at + 1] if at + 1 < len(words) else None
            at += 2
    return found


def sends_proxy(found: Options) -> bool:
    """Whether connections to a server begin with a PROXY header."""
    return not _SEND_PROXY.isdisjoint(found)


_SEND_PROXY = frozenset({"send-proxy", "send-proxy-v2", "send-proxy-v2-ssl", "send-proxy-v2-ssl-cn"})


def text(found: Options, name: str) -> str:
    """The word of an option; empty when it is not set."""
    word = found.get(name)
    return word.value if word is not None else ""


def listed(found: Options, names: Iterable[str]) -> tuple[str, ...]:
    """The words of options that hold lists with commas."""
    return tuple(v for n in names for v in text(found, n).split(",") if v)
