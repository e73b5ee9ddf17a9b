"""Keys that Quadlet refuses a unit for: those of other tools, of another section, or misspelt.

Podman adds keys with its releases, so that one which comes near none, and that no other tool has, may be of a later one.
Source: podman, pkg/systemd/quadlet/quadlet.go, `groupsInfo` and `checkForUnknownKeys`, as of 5.6.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from upstreamlint.graph.likeness import near_names
from upstreamlint.load.quadlet_service import Unit
from upstreamlint.readers.compose.faults import LoadFault
from upstreamlint.source import Anchor

_COMMON = "ContainersConfModule GlobalArgs PodmanArgs ServiceName"
_KEYS: Mapping[str, frozenset[str]] = {
    kind: frozenset(f"{_COMMON} {names}".split())
    for kind, names in {
        "container": "AddCapability AddDevice AddHost Annotation AutoUpdate CgroupsMode ContainerName DNS DNSOption DNSSearch DropCapability"
        " Entrypoint Environment EnvironmentFile EnvironmentHost Exec ExposeHostPort GIDMap Group GroupAdd HealthCmd HealthInterval"
        " HealthLogDestination HealthMaxLogCount HealthMaxLogSize HealthOnFailure HealthRetries HealthStartPeriod HealthStartupCmd"
        " HealthStartupInterval HealthStartupRetries HealthStartupSuccess HealthStartupTimeout HealthTimeout HostName HttpProxy IP IP6 Image Label"
        " LogDriver LogOpt Mask Memory Mount Network NetworkAlias NoNewPrivileges Notify PidsLimit Pod PublishPort Pull ReadOnly ReadOnlyTmpfs"
        " ReloadCmd ReloadSignal RemapGid RemapUid RemapUidSize RemapUsers Retry RetryDelay Rootfs RunInit SeccompProfile Secret"
        " SecurityLabelDisable SecurityLabelFileType SecurityLabelLevel SecurityLabelNested SecurityLabelType ShmSize StartWithPod StopSignal"
        " StopTimeout SubGIDMap SubUIDMap Sysctl Timezone Tmpfs UIDMap Ulimit Unmask User UserNS VolatileTmp Volume WorkingDir",
        "pod": "AddHost DNS DNSOption DNSSearch ExitPolicy GIDMap HostName IP IP6 Label Network NetworkAlias PodName PublishPort RemapGid RemapUid"
        " RemapUidSize RemapUsers ShmSize StopTimeout SubGIDMap SubUIDMap UIDMap UserNS Volume",
        "network": "DNS DisableDNS Driver Gateway IPAMDriver IPRange IPv6 InterfaceName Internal Label NetworkDeleteOnStop NetworkName Options"
        " Subnet",
    }.items()
}
_OTHERS = {
    **{f"HealthCheck{name}": f"Health{name}" for name in ("Cmd", "Interval", "Retries", "StartPeriod", "Timeout")},
    **dict.fromkeys(("Port", "Ports", "Publish", "ExposePort"), "PublishPort"),
    **dict.fromkeys(("Command", "Cmd", "Args"), "Exec"),
    **dict.fromkeys(("Env", "EnvVar"), "Environment"),
    **dict.fromkeys(("EnvFile", "EnvironmentFiles"), "EnvironmentFile"),
    **dict.fromkeys(("CapAdd", "AddCap"), "AddCapability"),
    **dict.fromkeys(("CapDrop", "DropCap"), "DropCapability"),
    "Bind": "Volume", "Name": "ContainerName", "Device": "AddDevice", "ExtraHost": "AddHost", "WorkDir": "WorkingDir",
}  # fmt: skip
"""What other tools, and other parts of Podman, call a key."""
_SECTIONS = {
    **dict.fromkeys(("After", "Before", "BindsTo", "Description", "Requires", "Wants"), "Unit"),
    **dict.fromkeys(
        ("ExecStartPre", "Restart", "RestartSec", "TimeoutStartSec", "TimeoutStopSec"), "Service"
    ),
    **dict.fromkeys(("RequiredBy", "WantedBy"), "Install"),
}
"""Keys of systemd, and the sections that they are for."""


def refused(unit: Unit) -> Iterator[LoadFault]:
    """Each key for which Quadlet makes no service of a unit; `known` is what must be meant."""
    keys = _KEYS.get(unit.kind, frozenset())
    for name, values in unit.section.items() if keys else ():
        meant = _meant(name, keys) if values and name not in keys else ""
        if meant:
            text = unit.source.text
            start = text.rfind(name, 0, values[0].start)
            said = f"unsupported key '{name}' in group '{unit.kind.capitalize()}'"
            yield LoadFault("unit-key", Anchor(unit.source, start, start + len(name)), said, known=(meant,))


def _meant(name: str, keys: frozenset[str]) -> str:
    if name in _SECTIONS:
        return f"[{_SECTIONS[name]}]"
    other = _OTHERS.get(name, "")
    if other in keys:
        return other
    same = next((key for key in keys if key.lower() == name.lower() or f"{key}s" == name), "")
    return same or next(iter(near_names(name, keys, words=False)), "")
