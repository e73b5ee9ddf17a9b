"""What objects ask of a controller that runs here, and that nobody told to do it: it reads the object without that, or not at all.

ingress-nginx, `--enable-ssl-passthrough` (docs: TLS/HTTPS, "SSL Passthrough"); Traefik, `providers.kubernetesCRD`, and its migration guide from v2 to v3 (the group
`traefik.containo.us` is gone); Emissary since 2.0, `Listener` (docs: "The Listener CRD"); Contour,
`enableExternalNameService` (internal/dag/accessors.go).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from upstreamlint import patterns
from upstreamlint.containers.container import Container
from upstreamlint.containers.data.reference import INGRESS_NGINX, image_reference
from upstreamlint.documents import Entry, Scalar
from upstreamlint.finding import Affected, Symptom
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.kubernetes import ConfigMap, Ingress, Other, Workload
from upstreamlint.numerals import decimal
from upstreamlint.programs.managed.controllers import Classes, Controller
from upstreamlint.programs.managed.foreign import may_be_told
from upstreamlint.programs.managed.installed import started
from upstreamlint.programs.managed.model import ManagedRoute
from upstreamlint.values import entity, replace


@entity(kw_only=True)
class Untold(Reference):
    """`asks` is what the controller does not do, in words; `remedy` is what would have to be told, `hit` are the routes that it costs."""

    owner: ManagedRoute | Ingress | Workload
    by: str
    asks: str
    symptom: Symptom
    remedy: str
    hit: tuple[Affected, ...]


def link(index: Index) -> Iterator[Untold]:
    """Everything that is asked in vain."""
    containers = list(started(index))
    nginxes = [c for c in containers if _ends_in(c, INGRESS_NGINX)]
    yield from _passed_through(index, nginxes)
    yield from _in_http2(index, nginxes)
    yield from _of_traefik(index, [c for c in containers if c.image_name == "traefik"])
    yield from _unheard(index, [c for c in containers if c.image_name in ("emissary", "ambassador")])
    yield from _aliases(index, [c for c in containers if _ends_in(c, _CONTOUR) and _words(c, "serve")])


_CONTOUR = ("projectcontour/contour",)
_THROUGH = "nginx.ingress.kubernetes.io/ssl-passthrough"
_SPOKEN = "nginx.ingress.kubernetes.io/backend-protocol"
_PASSES = "--enable-ssl-passthrough"
_ENDED = Symptom(
    400, "", "", "the controller ends TLS with its own certificate, and sends plain text to the backend"
)


def _passed_through(index: Index, running: Sequence[Container]) -> Iterator[Untold]:
    if not running or any(c.incomplete or _words(c, _PASSES) for c in running):
        return
    classes = Classes(index)
    for ingress in index.of(Ingress):
        entries = ingress.meta.annotations.entries if ingress.meta.annotations is not None else {}
        asked = entries.get(_THROUGH)
        if asked is None or not isinstance(asked.value, Scalar) or asked.value.value != "true":
            continue
        spoken = (ingress.meta.annotation(_SPOKEN) or "HTTP").upper()
        if classes.controller(ingress) is not Controller.INGRESS_NGINX or spoken not in ("HTTP", "AUTO_HTTP"):
            continue
        hit = tuple(Affected(b.host or "*", b.path or "/", 1.0, b.anchor) for b in ingress.backends)
        yield _untold(
            ingress, asked.value, running, "ingress-nginx", "pass TLS through", f"start it with `{_PASSES}`",
            symptom=_ENDED, hit=hit,
        )  # fmt: skip


_NO_HTTP2 = Symptom(400, "", "", "ingress-nginx logs `PRI * HTTP/2.0` with 400; gRPC clients see UNAVAILABLE")


def _in_http2(index: Index, running: Sequence[Container]) -> Iterator[Untold]:
    """gRPC, where clients are not let in with HTTP/2: docs of ingress-nginx, ConfigMap, `use-http2`."""
    told = [_setting(index, c, "use-http2") for c in running]
    places = [entry for entry in told if entry is not None]
    if not places or len(places) != len(told):
        return
    classes = Classes(index)
    for ingress in index.of(Ingress):
        entry = ingress.meta.annotations.entries.get(_SPOKEN) if ingress.meta.annotations else None
        if (
            entry is None
            or not isinstance(entry.value, Scalar)
            or not entry.value.value.upper().startswith("GRPC")
        ):
            continue
        if classes.controller(ingress) is Controller.INGRESS_NGINX and not ingress.meta.patched:
            hit = tuple(Affected(b.host or "*", b.path or "/", 1.0, b.anchor) for b in ingress.backends)
            found = _untold(
                ingress, entry.value, (), "ingress-nginx", "let HTTP/2 in, which gRPC needs", 'drop `use-http2: "false"`',
                symptom=_NO_HTTP2, hit=hit,
            )  # fmt: skip
            yield replace(found, near=(Candidate(places[0].anchor, "HTTP/2 is switched off", ""),))


def _setting(index: Index, container: Container, key: str) -> Entry | None:
    """Where the ConfigMap of a controller switches something off."""
    words = (w.value.partition("=") for w in container.words)
    name = next((value.rpartition("/")[2] for flag, _, value in words if flag == "--configmap"), "")
    held = [m.data[key] for m in index.of(ConfigMap) if m.meta.name.value == name and key in m.data]
    off = [e for e in held if isinstance(e.value, Scalar) and e.value.value == "false"]
    return off[0] if len(held) == len(off) == 1 else None


_OLD_GROUP = "traefik.containo.us"
_WITHOUT_OLD = 3
_CRD, _INGRESS = "--providers.kubernetescrd", "--providers.kubernetesingress"
_NO_ROUTER = Symptom(404, "404 page not found", "", "Traefik makes no router of it")


def _of_traefik(index: Index, running: Sequence[Container]) -> Iterator[Untold]:
    if not running or any(c.incomplete for c in running):
        return
    new = all(_major(c) >= _WITHOUT_OLD for c in running)
    elsewhere = all(may_be_told(c, _INGRESS) and not may_be_told(c, _CRD) for c in running)
    for owner in index.of(ManagedRoute):
        if owner.kind.by != "Traefik" or owner.kind.part or owner.meta.patched:
            continue
        if elsewhere:
            asks, remedy = f"look at {owner.meta.kind} objects", f"start it with `{_CRD}`"
        elif new and owner.meta.group == _OLD_GROUP:
            asks, remedy = f"look at objects of `{_OLD_GROUP}`", "write `apiVersion: traefik.io/v1alpha1`"
        else:
            continue
        yield _untold(
            owner, owner.meta.name, running, "Traefik", asks, remedy, symptom=_NO_ROUTER, hit=_hit(owner)
        )


_LISTENS = 2
_NOBODY = Symptom(log="the proxies open no port: connections are refused")


def _unheard(index: Index, running: Sequence[Container]) -> Iterator[Untold]:
    mappings = [o for o in index.of(ManagedRoute) if o.kind.by == "Emissary"]
    listening = any(o.meta.kind == "Listener" for o in index.of(Other))
    if not mappings or listening or any(_major(c) < _LISTENS for c in running):
        return
    for container in running:
        workload = container.workload
        if workload is None or container.image is None or container.incomplete:
            continue
        if not index.selecting(workload):
            continue  # A part of an installation, the rest of which is elsewhere.
        hit = tuple(one for mapping in mappings for one in _hit(mapping))
        found = _untold(
            workload, container.image, (), "Emissary", "take requests without a Listener",
            "define a Listener for each port", symptom=_NOBODY, hit=hit,
        )  # fmt: skip
        yield replace(found, assumption="no Listener is made elsewhere")


_EXTERNAL = patterns.compile(r"enableExternalNameService:[ \t]*true")
_UNRESOLVED = Symptom(503, "", "", "the HTTPProxy is invalid: ServiceUnresolvedReference")


def _aliases(index: Index, running: Sequence[Container]) -> Iterator[Untold]:
    if not running or any(_allows(c) for c in running):
        return
    for owner in index.of(ManagedRoute):
        if owner.kind.by != "Contour" or owner.meta.patched:
            continue
        for rule in owner.rules:
            for backend in rule.backends:
                space = backend.namespace.value if backend.namespace else owner.meta.namespace
                found = index.services(backend.service.value, space, owner.meta.folder)[:1]
                if any(s.type == "ExternalName" and not s.meta.patched for s in found):
                    yield _untold(
                        owner, backend.service, running, "Contour", "take an ExternalName Service",
                        "set `enableExternalNameService: true`", symptom=_UNRESOLVED,
                        hit=(Affected(rule.host, rule.path, 1.0, rule.anchor),),
                    )  # fmt: skip


def _allows(container: Container) -> bool:
    """Whether the file that Contour reads allows ExternalName Services, or may."""
    if container.incomplete or _words(container, "--contour-config-name"):
        return True
    paths = [w.value.partition("=")[2] for w in container.words if w.value.startswith("--config-path=")]
    texts = [container.files.read(path) for path in paths]
    return any(text is None or _EXTERNAL.search(text.text) for text in texts)


def _hit(owner: ManagedRoute) -> tuple[Affected, ...]:
    return tuple(Affected(rule.host, rule.path, 1.0, rule.anchor) for rule in owner.rules)


def _untold(
    owner: ManagedRoute | Ingress | Workload,
    at: Scalar,
    running: Sequence[Container],
    by: str,
    asks: str,
    remedy: str,
    *,
    symptom: Symptom,
    hit: tuple[Affected, ...],
) -> Untold:
    return Untold(
        wanted=at.value,
        anchor=at.anchor,
        owner=owner,
        verdict=Verdict.CONFLICT,
        near=tuple(Candidate(c.anchor, f"{by} is started here", "") for c in running[:1]),
        by=by,
        asks=asks,
        symptom=symptom,
        remedy=remedy,
        hit=hit,
    )


def _ends_in(container: Container, names: tuple[str, ...]) -> bool:
    return container.image is not None and image_reference(container.image.value).ends_in(names)


def _words(container: Container, flag: str) -> bool:
    return any(
        w.value == flag or (w.value.startswith(f"{flag}=") and not w.value.endswith("=false"))
        for w in container.words
    )


def _major(container: Container) -> int:
    """The major release of an image; 0 where its tag does not tell."""
    tag = image_reference(container.image.value).tag if container.image is not None else None
    found = re.match(r"v?(\d{1,3})(?:\.|-|\Z)", tag or "")
    return (decimal(found[1]) or 0) if found is not None else 0
