"""HTTP routes of VirtualServices (`validateHTTPRoute`)."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

from upstreamlint.numerals import decimal
from upstreamlint.refusal.at import At
from upstreamlint.refusal.istio import hosts, regexes
from upstreamlint.refusal.istio.headers import cross_origin, headers, matched, one_authority
from upstreamlint.refusal.istio.labels import labels
from upstreamlint.refusal.istio.routes import destination, destinations, gateway_names, port
from upstreamlint.refusal.istio.said import said
from upstreamlint.refusal.refused import Refusal

_WHOLE = 100
_LEAST_STATUS, _MOST_STATUS = 200, 600
_REDIRECTS = range(300, 400)
_LEAST_SHARE = 0.0001
_ACTIONS = ("route", "redirect", "directResponse")
_GRPC = frozenset(
    {
        *(
            "OK",
            "CANCELLED",
            "UNKNOWN",
            "INVALID_ARGUMENT",
            "DEADLINE_EXCEEDED",
            "NOT_FOUND",
            "ALREADY_EXISTS",
        ),
        *("PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE"),
        *("UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED"),
    }
)
_STATUS = {status.value for status in HTTPStatus}
RETRY_ON = frozenset(
    {
        *("5xx", "gateway-error", "reset", "reset-before-request", "connect-failure", "retriable-4xx"),
        *("refused-stream", "retriable-status-codes", "retriable-headers", "envoy-ratelimited"),
        *("http3-post-connect-failure", "cancelled", "deadline-exceeded", "internal", "resource-exhausted"),
        "unavailable",
    }
)


def http_route(route: At, *, delegate: bool) -> Iterator[Refusal]:
    """What is refused of an HTTP route; `delegate` says that it is of a VirtualService without hosts."""
    yield from _actions(route, delegate=delegate)
    for match in route.items("match"):
        yield from _match(match)
    yield from _mirrors(route)
    yield from _redirect(route.get("redirect"), route.items("match"))
    yield from _status(route.get("directResponse").get("status"))
    yield from _retries(route.get("retries"))
    yield from _rewrite(route.get("rewrite"))
    yield from _fault(route.get("fault"))
    yield from cross_origin(route.get("corsPolicy"))
    yield from headers(route.get("headers"))
    yield from one_authority(route)
    for part in route.items("route"):
        yield from headers(part.get("headers"))
    yield from destinations(route.get("route"))


def _status(status: At) -> Iterator[Refusal]:
    if status.number is not None and not _LEAST_STATUS <= status.number <= _MOST_STATUS:
        yield said(status, f"HTTP status {status.number} is not in range 200-599")


def _actions(route: At, *, delegate: bool) -> Iterator[Refusal]:
    given = {
        field: route.get(field)
        for field in (*_ACTIONS, "delegate", "fault", "rewrite")
        if route.get(field).given
    }
    if "delegate" in given and not delegate:
        for field in ("redirect", "route"):
            if field in given:
                yield said(given[field], f"root HTTP route {route.get('name').text} must not specify {field}")
        return
    if "delegate" in given:
        yield said(given["delegate"], "delegate HTTP route cannot contain delegate")
    if "redirect" in given or "directResponse" in given:
        main = "redirect" if "redirect" in given else "direct_response"
        for field in ("route", "fault", "rewrite", "directResponse"):
            if field in given and not (field == "directResponse" and main == "direct_response"):
                name = "direct_response" if field == "directResponse" else field
                rule = "HTTP route rule" if field in ("rewrite", "directResponse") else "HTTP route"
                yield said(given[field], f"{rule} cannot contain both {name} and {main}")
    elif route.get("route").empty and not route.unsure and not route.get("route").unsure:
        yield said(route, "HTTP route, redirect or direct_response is required", lack=True)
    if route.get("mirror").given and not route.get("mirrors").empty:
        yield said(route.get("mirrors"), "HTTP route cannot contain both mirror and mirrors")


def _match(match: At) -> Iterator[Refusal]:
    yield from _text(match.get("uri"), "uri", empty=True)
    for field in ("scheme", "method", "authority"):
        yield from _text(match.get(field), field)
    for field in ("headers", "queryParams", "withoutHeaders"):
        for key, value in match.get(field).entries():
            if field != "queryParams":
                yield from matched(value, key.value)
            if field != "withoutHeaders" or value.get("regex").text != "*":
                yield from _text(value, field)
    yield from port(match.get("port"), optional=True)
    yield from labels(match.get("sourceLabels"))
    yield from gateway_names(match)
    namespace = match.get("sourceNamespace")
    if namespace.text and not hosts.is_label(namespace.text):
        yield said(namespace, f"sourceNamespace match {namespace.text} is invalid")


def _text(match: At, where: str, *, empty: bool = False) -> Iterator[Refusal]:
    """What is refused of a match of a text; `empty` says that an empty prefix is fine."""
    prefix, regex = match.get("prefix"), match.get("regex")
    if prefix.given and prefix.value == "" and not empty:
        yield said(prefix, f'"{where}": prefix string match should not be empty')
    if regex.given and regex.value == "":
        yield said(regex, f'"{where}": regex string match should not be empty')
    wrong = regexes.problem(regex.text) if regex.text else None
    if wrong is not None:
        yield said(regex, f'"{where}": {wrong}; {regexes.STYLE}')


def _mirrors(route: At) -> Iterator[Refusal]:
    yield from destination(route.get("mirror"))
    shares = [(route.get("mirrorPercentage").get("value"), "mirror_percentage")]
    for mirror in route.items("mirrors"):
        yield from destination(mirror.get("destination"))
        shares.append((mirror.get("percentage").get("value"), "mirror percentage"))
    shares += [(route.get(field), "mirror_percent") for field in ("mirrorPercent", "mirror_percent")]
    for share, name in shares:
        value = share.value
        if not isinstance(value, int | float):
            continue
        shown = f"{value}" if name == "mirror_percent" else f"{value:f}"
        if value > _WHOLE:
            yield said(share, f"{name} must have a max value of 100 (it has {shown})")
        elif value < 0:
            yield said(share, f"{name} must have a min value of 0 (it has {shown})")


def _redirect(redirect: At, matches: list[At]) -> Iterator[Refusal]:
    if not redirect.given or redirect.unsure:
        return
    prefix = redirect.get("prefixRewrite")
    if not prefix.empty and any(m.get("uri").given and not m.get("uri").get("prefix").given for m in matches):
        yield said(prefix, "redirect prefix_rewrite requires all URI matches to use prefix match type")
    if not redirect.get("uri").empty and not redirect.get("prefixRewrite").empty:
        yield said(redirect, "redirect may only specify one of uri or prefix_rewrite")
    if all(
        redirect.get(f).empty for f in ("uri", "prefixRewrite", "authority", "port", "derivePort", "scheme")
    ):
        yield said(redirect, "redirect must specify URI, authority, scheme, or port", lack=True)
    code, scheme = redirect.get("redirectCode"), redirect.get("scheme")
    if code.number and code.number not in _REDIRECTS:
        yield said(code, f"{code.number} is not a valid redirect code, must be 3xx")
    if scheme.text and scheme.text not in ("http", "https"):
        yield said(scheme, 'invalid redirect scheme, must be "http" or "https"')
    yield from port(redirect.get("port"), optional=True)


def _retries(retries: At) -> Iterator[Refusal]:
    attempts = retries.get("attempts")
    if not retries.given or retries.unsure or attempts.unsure:
        return
    number = attempts.number or 0
    if number < 0:
        yield said(attempts, "attempts cannot be negative")
    if number == 0 and any(
        retries.get(f).given for f in ("perTryTimeout", "retryOn", "retryRemoteLocalities")
    ):
        place = attempts if attempts.given else retries
        yield said(place, "http retry policy configured when attempts are set to 0 (disabled)")
    policies = retries.get("retryOn")
    for policy in policies.text.split(",") if policies.text else ():
        status = decimal(policy) or 0
        if status not in _STATUS and policy not in RETRY_ON:
            yield said(policies, f'"{policy}" is not a valid retryOn policy')


def _rewrite(rewrite: At) -> Iterator[Refusal]:
    if not rewrite.given or rewrite.unsure:
        return
    uri, pattern = rewrite.get("uri"), rewrite.get("uriRegexRewrite")
    if not uri.empty and pattern.given:
        yield said(pattern, "rewrite may only contain one of URI or UriRegexRewrite")
    if uri.empty and not pattern.given and rewrite.get("authority").empty:
        yield said(
            rewrite,
            "rewrite must specify at least one of URI, UriRegexRewrite, or authority. Only one of URI or UriRegexRewrite may be specified",
            lack=True,
        )
    match = pattern.get("match")
    if pattern.given and (match.empty or pattern.get("rewrite").empty) and not pattern.unsure:
        yield said(
            pattern, "UriRegexRewrite requires both Rewrite and Match fields to be specified", lack=True
        )
    wrong = regexes.problem(match.text) if match.text else None
    if wrong is not None:
        yield said(match, f'"HTTPRewrite.UriRegexRewrite.Match": {wrong}')


def _fault(fault: At) -> Iterator[Refusal]:
    if not fault.given or fault.unsure:
        return
    abort, delay = fault.get("abort"), fault.get("delay")
    if not abort.given and not delay.given:
        yield said(fault, "HTTP fault injection must have an abort and/or a delay", lack=True)
    status = abort.get("httpStatus")
    yield from _status(status)
    name = abort.get("grpcStatus")
    if name.text and name.text not in _GRPC:
        about = (
            "See https://github.com/grpc/grpc/blob/master/doc/statuscodes.md for a list of supported codes"
        )
        yield said(name, f"gRPC status \"{name.text}\" is not supported. {about}, for example 'NOT_FOUND'")
    if abort.get("http2Error").given:
        yield said(abort.get("http2Error"), "HTTP/2 abort fault injection not supported yet")
    if delay.get("exponentialDelay").given:
        yield said(delay.get("exponentialDelay"), "exponentialDelay not supported yet")
    for part in (abort, delay):
        share = part.get("percentage").get("value")
        value = share.value
        if isinstance(value, int | float) and (value < 0 or value > _WHOLE or 0 < value < _LEAST_SHARE):
            yield said(share, f"percentage {value} is neither 0.0, nor in range [0.0001, 100.0]")
