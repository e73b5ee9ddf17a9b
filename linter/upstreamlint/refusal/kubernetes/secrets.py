"""Secrets: what each type has to hold (`pkg/apis/core/validation`, `ValidateSecret`)."""

from __future__ import annotations

import binascii
from collections.abc import Iterator

from upstreamlint.documents import Mapping
from upstreamlint.refusal import base64s
from upstreamlint.refusal.at import At
from upstreamlint.refusal.refused import Refusal

_TOKEN = "kubernetes.io/service-account-token"  # noqa: S105 - the name of a type
_ACCOUNT = "kubernetes.io/service-account.name"
_KEYS = {
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
}
_JSON = frozenset({".dockercfg", ".dockerconfigjson"})
_EITHER = ("username", "password")
_BASIC = "kubernetes.io/basic-auth"
_BEGINS = '{["-0123456789tfn'
"""What JSON begins with."""


def secret(root: At) -> Iterator[Refusal]:
    """What is refused of a Secret."""
    kind, data, plain = root.get("type"), root.get("data"), root.get("stringData")
    if any(at.unsure for at in (kind, data, plain)):
        return
    if kind.text == _TOKEN:
        account = root.get("metadata").get("annotations").get(_ACCOUNT)
        if account.empty:
            yield Refusal(f"metadata.annotations[{_ACCOUNT}]", "Required value", kind.anchor, lack=True)
    missing = [key for key in _KEYS.get(kind.text, ()) if not _has(root, key)]
    if kind.text == _BASIC and not any(_has(root, key) for key in _EITHER):
        missing = list(_EITHER)
    for key in missing:
        yield Refusal(f"data[{key}]", "Required value", kind.anchor, lack=True)
    for key in _JSON.intersection(_KEYS.get(kind.text, ())):
        yield from _json(key, plain.get(key) if plain.get(key).given else data.get(key))


def _has(root: At, key: str) -> bool:
    """Whether there is such a key, be its value null."""
    held = [root.get(field).node for field in ("data", "stringData")]
    return any(isinstance(node, Mapping) and key in node for node in held)


def _json(key: str, at: At) -> Iterator[Refusal]:
    """Credentials of a registry that do not begin as JSON does."""
    text = at.text
    if at.up is not None and at.up.step == "data":
        if not text or base64s.problem(text) is not None:
            return
        text = binascii.a2b_base64(text).decode("utf-8", "replace")
    first = text.lstrip(" \t\r\n")[:1]
    if first and first not in _BEGINS:
        said = f"invalid character '{first}' looking for beginning of value"
        yield Refusal(f"data[{key}]", f'Invalid value: "<secret contents redacted>": {said}', at.anchor)
