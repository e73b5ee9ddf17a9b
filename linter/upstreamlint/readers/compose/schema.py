"""Which keys a Compose file may hold, and which types their values may have.

The check is Compose's own in effect, not in form: a small table of types, checked against files of the
Compose specification. A key that the table does not go into (`...`) may hold anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.documents import INTERPOLATED, UNKNOWN, Mapping, Node, Scalar, Sequence
from upstreamlint.readers.compose.faults import LoadFault
from upstreamlint.readers.compose.tree import anchor_of, kind
from upstreamlint.typed import Any, TypeAlias

Rule: TypeAlias = Any
"""A type is a name; `[rule]` a list of it; `{key: rule}` a mapping with these keys only; `(rule, …)` one of
several; a mapping with the only key `*` has keys of any name."""

_SCALARS = ("boolean", "null", "number", "string")
_FLAG = ("boolean", "string")
_NUMBER = ("number", "string")
_ANY = "any"
_STRINGS = ["string"]
_STRING_OR_LIST = ("string", _STRINGS)
_DICT: Rule = {"*": _SCALARS}
_LIST_OR_DICT = (_DICT, [_ANY])
_COMMAND = ("null", "string", _STRINGS)
_HOSTS = ({"*": ("string", _STRINGS)}, [_ANY])
_FILE_REFERENCE = (
    "string",
    {"source": "string", "target": "string", "uid": "string", "gid": "string", "mode": _NUMBER},
)
_HOOK = [
    {
        "command": _COMMAND,
        "user": "string",
        "privileged": _FLAG,
        "working_dir": "string",
        "environment": _LIST_OR_DICT,
        "per_project": _FLAG,
    }
]
_DEVICES: Rule = [_ANY]

_BUILD: Rule = {
    "context": "string", "dockerfile": "string", "dockerfile_inline": "string", "target": "string",
    "args": _LIST_OR_DICT, "labels": _LIST_OR_DICT, "ssh": _LIST_OR_DICT, "additional_contexts": _LIST_OR_DICT,
    "cache_from": _STRINGS, "cache_to": _STRINGS, "tags": _STRINGS, "platforms": _STRINGS, "entitlements": _STRINGS,
    "no_cache": _FLAG, "no_cache_filter": _STRING_OR_LIST, "pull": _FLAG, "privileged": _FLAG, "network": "string",
    "isolation": "string", "extra_hosts": _HOSTS, "shm_size": _NUMBER, "secrets": [_FILE_REFERENCE],
    "ulimits": _ANY, "provenance": _FLAG, "sbom": _FLAG,
}  # fmt: skip

_HEALTHCHECK: Rule = {
    "test": _STRING_OR_LIST, "interval": "string", "timeout": "string", "retries": _NUMBER,
    "start_period": "string", "start_interval": "string", "disable": _FLAG,
}  # fmt: skip

_DEPLOY: Rule = (
    {
        "mode": "string", "endpoint_mode": "string", "replicas": _NUMBER, "labels": _LIST_OR_DICT,
        "resources": _ANY, "restart_policy": _ANY, "placement": _ANY, "update_config": _ANY, "rollback_config": _ANY,
    },
    "null",
)  # fmt: skip

_PORT: Rule = (
    "number", "string",
    {
        "name": "string", "mode": "string", "host_ip": "string", "target": _NUMBER, "published": _NUMBER,
        "protocol": "string", "app_protocol": "string",
    },
)  # fmt: skip

_MOUNT: Rule = (
    "string",
    {
        "type": "string", "source": "string", "target": "string", "read_only": _FLAG, "consistency": "string",
        "bind": _ANY, "volume": _ANY, "tmpfs": _ANY, "image": _ANY,
    },
)  # fmt: skip

_CONDITIONS = ("service_started", "service_healthy", "service_completed_successfully")
_DEPENDENCIES: Rule = (_STRINGS, {"*": {"condition": "string", "required": _FLAG, "restart": _FLAG}})
_ATTACHMENT: Rule = (
    {
        "aliases": _STRINGS, "interface_name": "string", "ipv4_address": "string", "ipv6_address": "string",
        "link_local_ips": _STRINGS, "mac_address": "string", "driver_opts": _ANY, "priority": "number",
        "gw_priority": "number",
    },
    "null",
)  # fmt: skip

_CONTAINER: Rule = {
    "annotations": _LIST_OR_DICT, "blkio_config": _ANY, "cap_add": _STRINGS, "cap_drop": _STRINGS, "cgroup": "string",
    "cgroup_parent": "string", "command": _COMMAND, "configs": [_FILE_REFERENCE], "cpu_count": _NUMBER,
    "cpu_percent": _NUMBER, "cpu_period": _NUMBER, "cpu_quota": _NUMBER, "cpu_rt_period": _NUMBER,
    "cpu_rt_runtime": _NUMBER, "cpu_shares": _NUMBER, "cpus": _NUMBER, "cpuset": "string", "credential_spec": _ANY,
    "device_cgroup_rules": _STRINGS, "devices": _DEVICES, "dns": _STRING_OR_LIST, "dns_opt": _STRINGS,
    "dns_search": _STRING_OR_LIST, "domainname": "string", "entrypoint": _COMMAND,
    "env_file": ("string", ["string-or-env-file"]), "environment": _LIST_OR_DICT, "extra_hosts": _HOSTS, "gpus": _ANY,
    "group_add": [_NUMBER], "hostname": "string", "image": "string", "init": _FLAG, "ipc": "string",
    "isolation": "string", "label_file": _STRING_OR_LIST, "labels": _LIST_OR_DICT,
    "logging": {"driver": "string", "options": _ANY}, "mac_address": "string", "mem_limit": _NUMBER,
    "mem_reservation": _NUMBER, "mem_swappiness": _NUMBER, "memswap_limit": _NUMBER, "models": _ANY,
    "network_mode": "string", "networks": (_STRINGS, {"*": _ATTACHMENT}), "oom_kill_disable": _FLAG,
    "oom_score_adj": _NUMBER, "pid": ("string", "null"), "pids_limit": _NUMBER, "platform": "string",
    "privileged": _FLAG, "pull_policy": "string", "pull_refresh_after": "string", "read_only": _FLAG, "runtime": "string",
    "secrets": [_FILE_REFERENCE], "security_opt": _STRINGS, "shm_size": _NUMBER, "stop_grace_period": "string",
    "stop_signal": "string", "storage_opt": _ANY, "sysctls": _LIST_OR_DICT, "tmpfs": _STRING_OR_LIST, "ulimits": _ANY,
    "umask": (*_NUMBER, "null"), "use_api_socket": _FLAG, "user": "string", "userns_mode": "string", "uts": "string",
    "volumes": [_MOUNT], "volumes_from": _STRINGS, "working_dir": "string",
}  # fmt: skip
_WORKLOAD: Rule = {
    **_CONTAINER,
    "build": ("string", _BUILD), "depends_on": _DEPENDENCIES, "expose": [_NUMBER], "healthcheck": _HEALTHCHECK,
    "ports": [_PORT], "profiles": _STRINGS, "stdin_open": _FLAG, "tty": _FLAG,
}  # fmt: skip
_JOB: Rule = {**_WORKLOAD, "triggers": {"manual": _FLAG, "schedule": [_ANY]}}
_SERVICE: Rule = {
    **_WORKLOAD,
    "attach": _FLAG, "container_name": "string", "deploy": _DEPLOY, "develop": _ANY,
    "extends": ("string", {"service": "string", "file": "string"}), "external_links": [_ANY], "links": [_ANY],
    "post_start": _HOOK, "pre_start": [{**_CONTAINER, "per_replica": _FLAG}], "pre_stop": _HOOK,
    "provider": {"type": "string", "options": _ANY, "configs": _ANY}, "restart": "string", "scale": _NUMBER,
}  # fmt: skip

SERVICE_KEYS = frozenset(_SERVICE)
"""What Compose knows of a service."""

_EXTERNAL = ("boolean", "string", {"name": "string"})
_NETWORK: Rule = (
    {
        "name": "string", "driver": "string", "driver_opts": _ANY, "ipam": _ANY, "external": _EXTERNAL,
        "internal": _FLAG, "enable_ipv4": _FLAG, "enable_ipv6": _FLAG, "attachable": _FLAG, "labels": _LIST_OR_DICT,
    },
    "null",
)  # fmt: skip
_VOLUME: Rule = (
    {
        "name": "string",
        "driver": "string",
        "driver_opts": _ANY,
        "external": _EXTERNAL,
        "labels": _LIST_OR_DICT,
    },
    "null",
)
_CONFIG: Rule = {
    "name": "string", "content": "string", "environment": "string", "file": "string", "external": _EXTERNAL,
    "labels": _LIST_OR_DICT, "template_driver": "string",
}  # fmt: skip
_SECRET: Rule = {**_CONFIG, "driver": "string", "driver_opts": _ANY}
del _SECRET["content"]

_TOP: Rule = {
    "version": "string", "name": "string", "include": _ANY, "services": {"*": _SERVICE}, "networks": {"*": _NETWORK},
    "volumes": {"*": _VOLUME}, "secrets": {"*": _SECRET}, "configs": {"*": _CONFIG}, "models": _ANY,
    "jobs": {"*": _JOB},
}  # fmt: skip

_SERVICE_NAME = patterns.compile(r"[a-zA-Z0-9._-]+\Z")
_UNIQUE = frozenset(
    {
        "networks",
        "depends_on",
        "expose",
        "profiles",
        "aliases",
        "dns_opt",
        "cap_add",
        "cap_drop",
        "security_opt",
    }
)
_ENUMS = {"condition": _CONDITIONS}
_CONTAINER_NAME = patterns.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")


def check(root: Mapping) -> Iterator[LoadFault]:
    """What Compose's schema would say to one file, after interpolation and before merging."""
    services = root.entries.get("services")
    if services is not None and not isinstance(services.value, Mapping):
        yield LoadFault("schema", services.key.anchor, "services must be a mapping")
        return
    unknown = [e.key for e in root if not e.key.value.startswith("x-") and e.key.value not in _TOP]
    if unknown and services is None and all(isinstance(root.get(k.value), Mapping) for k in unknown):
        names = ", ".join(f"'{k.value}'" for k in sorted(unknown))
        yield LoadFault("version-1", unknown[0].anchor, f"additional properties {names} not allowed")
        return
    yield from _check(root, _TOP, "")


def _check(node: Node, rule: Rule, path: str) -> Iterator[LoadFault]:
    options = rule if isinstance(rule, tuple) else (rule,)
    if options == (_ANY,):
        return
    chosen = next((o for o in options if _fits(node, o)), None)
    if chosen is None:
        # Compose names every type of a plain choice, and only the first branch of a structured one.
        structured = any(isinstance(o, list) for o in options) or options[0] == "string"
        names = [_name(options[0])] if structured else sorted({_name(o) for o in options})
        yield LoadFault("schema", anchor_of(node), f"{path} must be a {_either(names)}")
    elif isinstance(chosen, dict) and isinstance(node, Mapping):
        yield from _check_mapping(node, chosen, path)
    elif isinstance(chosen, list) and isinstance(node, Sequence):
        yield from _check_items(node, chosen[0], path)
    elif isinstance(node, Scalar):
        yield from _check_text(node, path)


def _either(words: list[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]


def _name(rule: Rule) -> str:
    if isinstance(rule, dict):
        return "mapping"
    return "array" if isinstance(rule, list) else str(rule)


def _fits(node: Node, rule: Rule) -> bool:
    what = kind(node)
    if rule == _ANY:
        return True
    if rule == "string-or-env-file":
        return what in ("string", "mapping")
    if isinstance(rule, dict):
        return what == "mapping"
    if isinstance(rule, list):
        return what == "array"
    if isinstance(node, Scalar) and node.tag in (UNKNOWN, INTERPOLATED):
        return True  # Compose casts what it interpolated to what the key needs
    return what == rule or (what == "integer" and rule == "number")


def _check_mapping(node: Mapping, rule: dict[str, Rule], path: str) -> Iterator[LoadFault]:
    any_key = rule.get("*")
    for entry in node:
        name = entry.key.value
        where = f"{path}.{name}" if path else name
        if entry.key.tag != "?" and entry.key.plain and kind(entry.key) not in ("string", "null", "boolean"):
            if path and any_key is None:
                yield LoadFault("schema", entry.key.anchor, f"non-string key in {path}: {name}")
                continue
            if path in ("services", "networks", "volumes", "configs", "secrets"):
                yield LoadFault("schema", entry.key.anchor, f"non-string key in {path}: {name}")
                continue
        if any_key is None and name not in rule:
            if not name.startswith("x-"):
                message = _unknown_key(path, name)
                yield LoadFault("schema", entry.key.anchor, message, known=tuple(rule))
        elif path == "services" and not _SERVICE_NAME.match(name):
            if not name.startswith("x-"):
                yield LoadFault(
                    "schema", entry.key.anchor, f"services additional properties '{name}' not allowed"
                )
        else:
            yield from _check(entry.value, rule[name] if any_key is None else any_key, where)
    if path.endswith(".depends_on." + path.rsplit(".", 1)[-1]) and "condition" not in node:
        yield LoadFault("schema", anchor_of(node), f"{path} missing property 'condition'")


def _unknown_key(path: str, name: str) -> str:
    depth = path.count(".")
    if path.startswith("services.") and depth == 1:
        return f"{path}.{name} false schema"
    return f"{path} additional properties '{name}' not allowed".strip()


def _check_items(node: Sequence, rule: Rule, path: str) -> Iterator[LoadFault]:
    seen: dict[str, int] = {}
    unique = path.rsplit(".", 1)[-1] in _UNIQUE
    for index, item in enumerate(node):
        where = f"{path}.{index}"
        yield from _check(item, rule, where)
        if unique and isinstance(item, Scalar):
            if item.value in seen:
                message = f"{path} items at {seen[item.value]} and {index} are equal"
                yield LoadFault("schema", item.anchor, message)
            seen.setdefault(item.value, index)


def _check_text(node: Scalar, path: str) -> Iterator[LoadFault]:
    key = path.rsplit(".", 1)[-1]
    if node.tag == UNKNOWN:
        return
    allowed = _ENUMS.get(key) if ".depends_on." in path else None
    if allowed and node.value not in allowed:
        values = ", ".join(f"'{a}'" for a in allowed)
        yield LoadFault("schema", node.anchor, f"{path} value must be one of {values}")
    if re.fullmatch(r"services\.[^.]+\.container_name", path) and not _CONTAINER_NAME.search(node.value):
        pattern = "[a-zA-Z0-9][a-zA-Z0-9_.-]+"
        yield LoadFault("schema", node.anchor, f"{path} '{node.value}' does not match pattern '{pattern}'")
