"""Worlds of Envoy: virtual hosts and routes, weights, subsets, health, priorities, aggregates, retries."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from random import Random
from typing import Any

from worlds import DEAD, LIVE, NOBODY, Ask, World

IMAGE = "envoyproxy/envoy:v1.40.0"
FILE = "/etc/envoy/envoy.yaml"
COMMAND = ()
SETTLES = 2.0
PROGRAM = os.environ.get("UPSTREAMLINT_ENVOY")
_HTTP = (
    "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
)
_FILTERS = "type.googleapis.com/envoy.extensions.filters.http"
_AGGREGATE = "type.googleapis.com/envoy.extensions.clusters.aggregate.v3.ClusterConfig"


def version() -> str:
    """The version that is measured."""
    said = subprocess.run([PROGRAM or "envoy", "--version"], capture_output=True, text=True, check=True)
    return "Envoy " + said.stdout.partition("version: ")[2].split("/")[1]


def localized(world: World, listen: str, _nobody: str) -> str:
    """The text that listens at an address."""
    address, _, port = listen.rpartition(":")
    text = world.config.replace('"0.0.0.0"', f'"{address}"')
    return text.replace('"port_value": 8080', f'"port_value": {port}')


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
    names = random.sample(
        ("h0.example", "h1.example", "*.wild.example", "start.*", "*"), random.randint(2, 5)
    )
    for number, name in enumerate(names):
        host = {"*.wild.example": "a.wild.example", "start.*": "start.test", "*": "nobody-has-it.test"}.get(
            name, name
        )
        routes = []
        for place in range(random.randint(3, 24)):
            why, action = _action(random, f"c{number}{place}", clusters)
            match, path = random.choice(
                (
                    ({"prefix": f"/{place}/"}, f"/{place}/"),
                    ({"path": f"/{place}/x"}, f"/{place}/x"),
                    ({"path_separated_prefix": f"/{place}"}, f"/{place}"),
                )
            )
            if random.random() < 0.15:
                action["retry_policy"] = {
                    "retry_on": random.choice(("5xx", "connect-failure", "reset", "4xx"))
                }
                why += ", retried on " + action["retry_policy"]["retry_on"]
            routes.append({"match": match, "route": action})
            asks.append(Ask(host, f"/{place}/x", f"{name}:8080", path, why))
        hosts.append({"name": f"v{number}", "domains": [name], "routes": routes})
    manager = {
        "@type": _HTTP,
        "stat_prefix": "web",
        "route_config": {"name": "web", "virtual_hosts": hosts},
        "http_filters": [
            *([_filter("cors.v3.Cors")] if random.random() < 0.3 else []),
            *([_filter("buffer.v3.Buffer", max_request_bytes=9000)] if random.random() < 0.3 else []),
            _filter("router.v3.Router"),
        ],
    }
    chain = {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}
    listener = {"name": "web", "address": _address("0.0.0.0:8080"), "filter_chains": [chain]}
    text = json.dumps({"static_resources": {"listeners": [listener], "clusters": clusters}})
    return World(text, tuple(asks))


def _filter(name: str, **more: Any) -> dict[str, Any]:
    short = name.partition(".")[0]
    return {"name": f"envoy.filters.http.{short}", "typed_config": {"@type": f"{_FILTERS}.{name}", **more}}


def _address(target: str) -> dict[str, Any]:
    host, _, port = target.partition(":")
    return {"socket_address": {"address": host, "port_value": int(port)}}


def _action(random: Random, name: str, clusters: list[dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    match random.choice(("one", "one", "one", "one", "weights", "subset", "none", "aggregate")):
        case "weights":
            whys = [_cluster(random, f"{name}{part}", clusters) for part in "ab"]
            weights = [{"name": f"{name}{part}", "weight": random.choice((1, 1, 3, 0))} for part in "ab"]
            if not any(w["weight"] for w in weights):
                weights[0]["weight"] = 1
            told = [f"{w['weight']} of {why}" for w, why in zip(weights, whys, strict=True)]
            return f"weights {' and '.join(sorted(told))}", {"weighted_clusters": {"clusters": weights}}
        case "subset":
            return _subset(random, name, clusters)
        case "none":
            clusters.append(_written(name, []))
            return "no endpoints", {"cluster": name}
        case "aggregate":
            parts = "ab" if random.random() < 0.7 else "abc"
            whys = [_cluster(random, f"{name}{part}", clusters) for part in parts]
            inner = {"@type": _AGGREGATE, "clusters": [f"{name}{part}" for part in parts]}
            kind = {"name": "envoy.clusters.aggregate", "typed_config": inner}
            clusters.append(
                {"name": name, "connect_timeout": "1s", "lb_policy": "CLUSTER_PROVIDED", "cluster_type": kind}
            )
            return f"aggregate of {', then '.join(whys)}", {"cluster": name}
        case _:
            return _cluster(random, name, clusters), {"cluster": name}


def _subset(random: Random, name: str, clusters: list[dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    why = _cluster(random, name, clusters)
    fallback = random.choice(("NO_FALLBACK", "ANY_ENDPOINT", "DEFAULT_SUBSET"))
    config: dict[str, Any] = {"fallback_policy": fallback, "subset_selectors": [{"keys": ["v"]}]}
    if fallback == "DEFAULT_SUBSET":
        config["default_subset"] = {"v": "2"}
    clusters[-1]["lb_subset_config"] = config
    labels = []
    for level in clusters[-1]["load_assignment"]["endpoints"]:
        for one in level["lb_endpoints"]:
            labels.append(random.choice("12"))
            one["metadata"] = {"filter_metadata": {"envoy.lb": {"v": labels[-1]}}}
    wanted = random.choice("123")
    chosen = {"filter_metadata": {"envoy.lb": {"v": wanted}}}
    told = f"subset v={wanted} of {''.join(labels)}, {fallback}, {why}"
    return told, {"cluster": name, "metadata_match": chosen}


def _cluster(random: Random, name: str, clusters: list[dict[str, Any]]) -> str:
    targets = random.sample((*LIVE, *DEAD, NOBODY), random.randint(1, 4))
    marks = [random.choice(("", "", "", "UNHEALTHY", "DRAINING")) for _ in targets]
    levels: dict[int, list[dict[str, Any]]] = {}
    states = []
    several = random.random() < 0.25
    for target, mark in zip(targets, marks, strict=True):
        level = random.choice((0, 1)) if several and levels else 0
        end = {"endpoint": {"address": _address(target)}} | ({"health_status": mark} if mark else {})
        levels.setdefault(level, []).append(end)
        state = "up" if target in LIVE else "refused" if target != NOBODY else "no such name"
        states.append(" ".join(filter(None, (state, mark, "later" if level else ""))))
    written = _written(name, [])
    written["load_assignment"]["endpoints"] = [
        {"priority": level, "lb_endpoints": ends} for level, ends in sorted(levels.items())
    ]
    more = []
    if random.random() < 0.25:
        panic = random.choice((0, 30, 80))
        written["common_lb_config"] = {"healthy_panic_threshold": {"value": panic}}
        more.append(f"panic {panic}")
    if random.random() < 0.15 and not any(marks):
        check = {"timeout": "0.2s", "interval": "0.1s", "no_traffic_interval": "0.1s"}
        check |= {"unhealthy_threshold": 1, "healthy_threshold": 1, "tcp_health_check": {}}
        written["health_checks"] = [check]
        more.append("checked")
    clusters.append(written)
    return ", ".join([" + ".join(sorted(states)), *more])


def _written(name: str, ends: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": name,
        "type": "STRICT_DNS",
        "connect_timeout": "1s",
        "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": ends}]},
    }
