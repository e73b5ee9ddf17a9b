"""The clusters that filters, access logs and tracing call beside the routes: authorization, keys, limits.

Whatever the extension, there are two shapes: `envoy_grpc.cluster_name`, which is gRPC, and `HttpUri`, a `uri` with a
`cluster` that it is fetched through. A script of Lua names the cluster in its code (`httpCall`).
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.documents import Mapping, Node, Scalar, Sequence
from upstreamlint.finding import Symptom
from upstreamlint.programs.envoy.fields import is_true, mapping, mappings, scalar, text, type_of
from upstreamlint.source import Anchor
from upstreamlint.values import entity, frozen

_DEEPEST = 40


@frozen(kw_only=True)
class Extension:
    """What an extension answers when its call fails; `open_by` is the field that lets requests pass then, `closed_by` the one that keeps them out."""

    title: str
    symptom: Symptom
    open_by: str = ""
    closed_by: str = ""


_LOST = Symptom(log="its records are lost, requests are answered")
_EXTENSIONS = {
    "ext_authz": Extension(
        title="ext_authz", symptom=Symptom(403, "", "UAEX", "ext_authz_error"), open_by="failure_mode_allow"
    ),
    "ext_proc": Extension(
        title="ext_proc", symptom=Symptom(500, "", "", "ext_proc_error"), open_by="failure_mode_allow"
    ),
    "jwt_authn": Extension(title="jwt_authn", symptom=Symptom(401, "Jwks remote fetch is failed", "UAEX")),
    "oauth2": Extension(title="oauth2", symptom=Symptom(401, "OAuth flow failed.")),
    "ratelimit": Extension(
        title="ratelimit", symptom=Symptom(500, "", "RLSE"), closed_by="failure_mode_deny"
    ),
}
"""By the part of the filter's name: Envoy's documentation of each filter; ext_authz measured on Envoy 1.40.0 (A24, A25)."""
_SCRIPT = Extension(
    title="a script",
    symptom=Symptom(
        log="the script's call fails (`http call cluster invalid`, where there is none); the request goes on"
    ),
    closed_by="-",
)
"""Measured on Envoy 1.40.0."""
_CALL = patterns.compile(r":httpCall\(\s*(?P<quote>[\"'])(?P<cluster>[^\"'\s]+)(?P=quote)")
_CODE = ("inline_code", "inlineCode", "inline_string", "inlineString")
_RECORDS = Extension(title="its records", symptom=_LOST, closed_by="-")
_OTHER = Extension(title="a filter", symptom=Symptom(log="the filter's call fails"), closed_by="-")


@entity(kw_only=True)
class Dependency:
    """One call of an extension: the cluster that it names, and what it speaks to it.

    `grpc` says that it needs HTTP/2, `tls` that the URI asks for TLS; neither is known of other calls. `open` says
    that requests pass when the call fails. `path` is what is put before the path of the request where it asks whether that may go on.
    """

    extension: Extension
    cluster: Scalar
    grpc: bool
    tls: bool
    open: bool
    anchor: Anchor
    path: Scalar | None = None


def dependencies(manager: Mapping) -> Iterator[Dependency]:
    """Every call that the configuration of an HTTP connection manager makes for its requests."""
    for found in mappings(manager, "http_filters"):
        yield from calls(found)
    for name in ("access_log", "tracing"):
        node = manager.get(name)
        if node is not None:
            yield from _calls(node, _RECORDS, None, 0)


def calls(found: Mapping) -> Iterator[Dependency]:
    """Every call that one HTTP filter makes for the requests that pass it."""
    config = mapping(found, "typed_config") or mapping(found, "config")
    if config is not None:
        yield from _calls(config, _extension(text(found, "name"), type_of(config)), config, 0)


def _extension(name: str, kind: str) -> Extension:
    known = f"{name} {kind}".lower().replace("extauthz", "ext_authz").replace("externalprocessor", "ext_proc")
    known = known.replace("jwtauthentication", "jwt_authn").replace("rate_limit", "ratelimit")
    return next((row for part, row in _EXTENSIONS.items() if part in known), _OTHER)


def _calls(node: Node, extension: Extension, config: Mapping | None, depth: int) -> Iterator[Dependency]:
    if depth > _DEEPEST:
        return
    if isinstance(node, Sequence):
        for item in node.items:
            yield from _calls(item, extension, config, depth + 1)
    if not isinstance(node, Mapping):
        return
    grpc = mapping(node, "envoy_grpc")
    name = scalar(grpc, "cluster_name") if grpc is not None else None
    if name is not None:
        yield _dependency(extension, config, name, grpc=True, tls=False)
    uri, cluster = scalar(node, "uri"), scalar(node, "cluster")
    if uri is not None and cluster is not None:
        yield _dependency(extension, config, cluster, grpc=False, tls=uri.value.startswith("https:"))
    for entry in node:
        if str(entry.key) in _CODE and isinstance(entry.value, Scalar):
            yield from _of_script(entry.value)
        yield from _calls(entry.value, extension, config, depth + 1)


def _of_script(code: Scalar) -> Iterator[Dependency]:
    """The clusters that a script of Lua calls by name."""
    written = code.source.text[code.start : code.end]
    for found in _CALL.finditer(code.value):
        name, quoted = found["cluster"], f"{found['quote']}{found['cluster']}{found['quote']}"
        at = code.start + written.find(quoted) + 1 if written.count(quoted) == 1 else code.start
        end = at + len(name) if at > code.start else code.end
        cluster = code._replace(value=name, start=at, end=end)
        yield _dependency(_SCRIPT, None, cluster, grpc=False, tls=False)


def _dependency(
    extension: Extension, config: Mapping | None, cluster: Scalar, *, grpc: bool, tls: bool
) -> Dependency:
    allowed = bool(extension.open_by) and config is not None and is_true(config, extension.open_by)
    service = mapping(config, "http_service") if config is not None and not grpc else None
    denied = config is not None and bool(extension.closed_by) and is_true(config, extension.closed_by)
    return Dependency(
        extension=extension,
        cluster=cluster,
        path=None if service is None else scalar(service, "path_prefix"),
        grpc=grpc,
        tls=tls,
        open=allowed or (bool(extension.closed_by) and not denied),
        anchor=cluster.anchor,
    )
