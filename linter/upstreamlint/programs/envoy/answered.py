"""What routes of Envoy answer without asking a cluster."""

from __future__ import annotations

from upstreamlint.documents import Mapping
from upstreamlint.programs.envoy.fields import count, mapping, text

_REDIRECTS = {
    "": 301,
    "MOVED_PERMANENTLY": 301,
    "FOUND": 302,
    "SEE_OTHER": 303,
    "TEMPORARY_REDIRECT": 307,
    "PERMANENT_REDIRECT": 308,
}


def answered(message: Mapping) -> tuple[int, str, str] | None:
    """What a route answers without asking a cluster."""
    direct = count(mapping(message, "direct_response"), "status")
    if direct is not None:
        return direct, f"`direct_response` with {direct}", ""
    redirect = mapping(message, "redirect")
    status = _REDIRECTS.get(text(redirect, "response_code")) if redirect is not None else None
    if redirect is None or status is None:
        return None
    secure = text(redirect, "https_redirect") == "true" or text(redirect, "scheme_redirect") == "https"
    moved = "https://" + (text(redirect, "host_redirect") or "{host}") if secure else ""
    return status, f"`redirect` with {status}", moved
