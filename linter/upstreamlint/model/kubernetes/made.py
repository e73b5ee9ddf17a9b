"""Services that a controller makes for an object: their names, ports and what the ports are called.

One row of `made_services.json` a Service. `{}` is the object's name, `{path}` what is written there. A `secure` port speaks TLS, whatever it is called. A port is there where everything of its `if` holds and nothing of its
`unless`: `path=value` holds where that is written, a path alone where anything is. Where something of `open` is written, the Service is not known.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from functools import cache

from upstreamlint.documents import Mapping, Node, Scalar
from upstreamlint.model.kubernetes.meta import Meta
from upstreamlint.model.kubernetes.service import MadeService, ServicePort
from upstreamlint.typed import Any
from upstreamlint.values import replace


@cache
def _rows() -> dict[tuple[str, str], list[dict[str, Any]]]:
    with open(os.path.join(os.path.dirname(__file__), "made_services.json"), encoding="utf-8") as stream:
        rows: list[dict[str, Any]] = json.load(stream)
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault((row["group"], row["kind"]), []).append(row)
    return found


def made_services(meta: Meta, root: Mapping) -> Iterator[MadeService]:
    """The Services that the controller of an object makes for it, as far as that is known."""
    for row in _rows().get((meta.group, meta.kind), ()):
        if any(_holds(root, written) for written in row["open"]):
            continue
        ports = [
            (port["port"], port["name"], port.get("secure", False))
            for port in row["ports"]
            if _there(root, port)
        ]
        name = _named(row["service"], meta, root)
        if ports and name:
            yield made_service(meta, name, ports)


def _named(template: str, meta: Meta, root: Mapping) -> str:
    """The name of the Service; empty where a part of it is not written."""
    path = template[template.index("{") + 1 : template.index("}")] if "{" in template else ""
    found = root.at(*path.split(".")) if path else meta.name
    text = found.value if isinstance(found, Scalar) else ""
    return template.replace(f"{{{path}}}", text) if text else ""


def made_service(meta: Meta, name: str, ports: Sequence[tuple[int, str, bool]]) -> MadeService:
    """A Service of a name in the place of the object that it is made for, with the numbers and names of its ports, and which speak TLS."""
    own = replace(
        meta, group="", kind="Service", name=replaced(meta.name, name), labels=None, annotations=None
    )
    return MadeService(
        meta=own,
        type="ClusterIP",
        headless=False,
        selector=None,
        selector_key=meta.anchor,
        ports=tuple(_port(own, *port) for port in ports),
        external_name=None,
        publish_not_ready=False,
        internal_local=None,
        external_local=None,
    )


def replaced(at: Scalar, text: str) -> Scalar:
    """A text that stands for what is written at a place."""
    return at._replace(value=text)


def _port(meta: Meta, number: int, name: str, secure: bool) -> ServicePort:
    return ServicePort(
        service_id=meta.id,
        number=number,
        name=replaced(meta.name, name),
        target=None,
        protocol="TCP",
        app_protocol=replaced(meta.name, "https") if secure else None,
        node_port=None,
        written=replaced(meta.name, str(number)),
        anchor=meta.anchor,
    )


def _there(root: Mapping, port: dict[str, Any]) -> bool:
    return all(_holds(root, one) for one in port.get("if", ())) and not any(
        _holds(root, one) for one in port.get("unless", ())
    )


def _holds(root: Mapping, written: str) -> bool:
    path, told, value = written.partition("=")
    node: Node | None = root
    for step in path.split("."):
        node = node.get(step) if isinstance(node, Mapping) else None
    if isinstance(node, Scalar) and told:
        return node.value == value
    return node is not None and not told
