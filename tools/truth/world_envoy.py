"""Worlds of Envoy: virtual hosts and routes, weights, subsets, health that is written, aggregates."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from random import Random
from typing import Any

from worlds import DEAD, LIVE, Ask, World

IMAGE = "envoyproxy/envoy:v1.40.0"
FILE = "/etc/envoy/envoy.yaml"
PROGRAM = os.environ.get("UPSTREAMLINT_ENVOY")
_HTTP = (
    "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
)
_ROUTER = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"
_AGGREGATE = "type.googleapis.com/envoy.extensions.clusters.aggregate.v3.ClusterConfig"


def version() -> str:
    """The version that is measured."""
    said = subprocess.run([PROGRAM or "envoy", "--version"], capture_output=True, text=True, check=True)
    return "Envoy " + said.stdout.partition("version: ")[2].split("/")[1]


def localized(config: str, listen: str, _nobody: str) -> str:
    """The text that listens at an address."""
    address, _, port = listen.rpartition(":")
    return config.replace('"0.0.0.0"', f'"{address}"').replace('"port_value": 8080', f'"port_value": {port}')


def start(folder: Path, text: str) -> subprocess.Popen[bytes]:
    """Start it with one worker."""
    (folder / "envoy.json").write_text(text)
    words = ["-c", "envoy.json", "--concurrency", "1", "--disable-hot-restart", "-l", "off"]
    quiet = subprocess.DEVNULL
    return subprocess.Popen([PROGRAM or "envoy", *words], cwd=folder, stdout=quiet, stderr=quiet)


def world(random: Random) -> World:
    """A listener with some virtual hosts, and the clusters that their routes lead to."""
    clusters: list[dict[str, Any]] = []
    hosts, asks = [], []
    for number in range(random.randint(1, 4)):
        host, routes = f"h{number}.example", []
        for place in range(random.randint(1, 4)):
            why, action = _action(random, f"c{number}{place}", clusters)
            routes.append({"match": {"prefix": f"/{place}/"}, "route": action})
            asks.append(Ask(host, f"/{place}/x", f"{host}:8080", f"/{place}/", why))
        hosts.append({"name": f"v{number}", "domains": [host], "routes": routes})
    manager = {
        "@type": _HTTP,
        "stat_prefix": "web",
        "route_config": {"name": "web", "virtual_hosts": hosts},
        "http_filters": [{"name": "envoy.filters.http.router", "typed_config": {"@type": _ROUTER}}],
    }
    chain = {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}
    listener = {"name": "web", "address": _address("0.0.0.0:8080"), "filter_chains": [chain]}
    text = json.dumps({"static_resources": {"listeners": [listener], "clusters": clusters}}, indent=1)
    return World(text, tuple(asks))


def _address(target: str) -> dict[str, Any]:
    host, _, port = target.partition(":")
    return {"socket_address": {"address": host, "port_value": int(port)}}


def _action(random: Random, name: str, clusters: list[dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    match random.choice(("one", "one", "one", "weights", "subset", "none", "aggregate")):
        case "weights":
            whys = [_cluster(random, f"{name}{part}", clusters) for part in "ab"]
            weights = [{"name": f"{name}{part}", "weight": 50} for part in "ab"]
            return f"weights of {' and '.join(sorted(whys))}", {"weighted_clusters": {"clusters": weights}}
        case "subset":
            why = _cluster(random, name, clusters)
            selector = {"fallback_policy": "NO_FALLBACK", "subset_selectors": [{"keys": ["v"]}]}
            clusters[-1]["lb_subset_config"] = selector
            for one in clusters[-1]["load_assignment"]["endpoints"][0]["lb_endpoints"]:
                one["metadata"] = {"filter_metadata": {"envoy.lb": {"v": "1"}}}
            wanted = random.choice("12")
            chosen = {"filter_metadata": {"envoy.lb": {"v": wanted}}}
            return f"subset v={wanted} of v=1, {why}", {"cluster": name, "metadata_match": chosen}
        case "none":
            clusters.append(_written(name, []))
            return "no endpoints", {"cluster": name}
        case "aggregate":
            whys = [_cluster(random, f"{name}{part}", clusters) for part in "ab"]
            inner = {"@type": _AGGREGATE, "clusters": [f"{name}{part}" for part in "ab"]}
            kind = {"name": "envoy.clusters.aggregate", "typed_config": inner}
            clusters.append(
                {"name": name, "connect_timeout": "1s", "lb_policy": "CLUSTER_PROVIDED", "cluster_type": kind}
            )
            return f"aggregate of {', then '.join(whys)}", {"cluster": name}
        case _:
            return _cluster(random, name, clusters), {"cluster": name}


def _cluster(random: Random, name: str, clusters: list[dict[str, Any]]) -> str:
    targets = random.sample(LIVE + DEAD, random.randint(1, 2))
    marks = [random.choice(("", "", "", "UNHEALTHY")) for _ in targets]
    ends = [
        {"endpoint": {"address": _address(t)}} | ({"health_status": m} if m else {})
        for t, m in zip(targets, marks, strict=True)
    ]
    clusters.append(_written(name, ends))
    return " + ".join(
        sorted(f"{'up' if t in LIVE else 'refused'} {m}".strip() for t, m in zip(targets, marks, strict=True))
    )


def _written(name: str, ends: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": name,
        "type": "STRICT_DNS",
        "connect_timeout": "1s",
        "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": ends}]},
    }
