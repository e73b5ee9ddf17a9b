"""Which objects configure a managed program, and where in them it finds what it dials."""

from __future__ import annotations

import json
import os
from functools import cache

from upstreamlint.programs.managed.checks.written import HealthFields, health_fields
from upstreamlint.typed import Any
from upstreamlint.values import frozen


@frozen(kw_only=True)
class Names:
    """Where an object of a kind names something else than a Service.

    `at` leads from the root to what holds the name, in its field `name` (empty: it is the name); where `when` is
    `field=value`, only those count that have it. `what` is how messages
    call it. It is one of those at `defined` in the same object, or else an object of the kind `kind`, in the namespace in the field `space` or the owner's.
    `lacking` is what the program says and does where it is not there, if that is not what its kind says, `status` what clients get.
    Requests are sent on to what `leads`, and pass the others. Names with the expression `discovered` in them may be of what the program makes itself; what is of the `platform` may be installed with it.
    """

    at: str
    what: str
    name: str = ""
    space: str = ""
    kind: str = ""
    defined: str = ""
    when: str = ""
    lacking: str = ""
    status: int = 404
    leads: bool = False
    discovered: str | None = None
    platform: bool = False


@frozen(kw_only=True)
class Includes:
    """Where an object of a kind hands requests to another object.

    `at` leads to what names the other, in `name` (with its namespace before a slash, if it has one) and `space`, and the `path` that it gets. It is of the kind
    `kind`. `host` says that it must have the `same` host as the one that includes it, or `none`; all of its `paths` must begin with the one that it gets.
    """

    at: str
    name: str
    path: str
    kind: str
    host: str
    source: str
    space: str = ""
    paths: str = ""


@frozen(kw_only=True)
class Rewrites:
    """Where a kind puts something else in the place of the `prefix` of a path: `instead`, in each item of `at` that has none of the fields `but`."""

    at: str
    prefix: str
    instead: str
    source: str
    but: tuple[str, ...] = ()


@frozen(kw_only=True)
class Kind:
    """A kind of object. Paths are names with dots between them; `[]` stands behind a list.

    `rules` leads from the root to the rules, `backends` from a rule to its backends (empty: the rule is one).
    `root_host` is a host of the whole object. `host_pattern` and `path_pattern` take their first group out of a
    text. `service`, `namespace`, `port` and `weight` are fields of a backend, `address` is one that holds them all;
    `unweighted` is the weight of a backend that states none, `even` says that all are alike where the sum is 0.
    `rule_port` is a port that stands in the rule. `port_of` is `endpoints` where the number of the pods is meant
    instead of the Service's, `port_number` that a name is not understood. `path_of` is what the path is instead of one.
    `crosses` is the flag of the program that allows Services of other namespaces, empty where they are never, or
    always, allowed. `answers` is what the table of answers knows the program by for the kind, where that is not its name. `spoken` is the field, of a backend or else of its rule, that says what is spoken to it, empty where that is not
    known of the kind; `guesses` says that TLS is spoken without it to port 443 and to ports named for it, `unless` is the start of
    annotations of a Service that say it, too. `check` is the field of a health check, which is only taken for ExternalName Services.
    `stream` says that what passes is no HTTP, `streams` leads to what is like a rule and passes no HTTP beside the rules, `mirror` is the field that marks a copy. `names` are what else it names, and `lacking` is what
    the program says and does where one of them is not there. A `part` has no routes of its own: it is what routes name, and its backends are needed by them.
    `port_else` is the port of a Service that is meant where none is written, `port_secure` the one for TLS.
    `class_at` leads to the class, one or several, of the programs that are to take it, where that is no annotation.
    `trusts` is the field of a backend that says whose certificates count; where it is empty, nothing is known of that.
    `aliases_too` says that ExternalName Services must list the port, too.
    `certificate` leads to the name of the Secret that is shown to clients, `certificate_else` is what they are shown without it, empty where no handshake succeeds, `delegates` is the kind that permits one of another namespace, which stands before a slash then.
    With `whole_names` a Service is written as `name.namespace.svc…`, and any other name is not of the cluster. `health` is where rules say what backends are asked for their health.
    `ends_tls` leads to what says that the TLS of clients ends there, `rewrites` to what is put in the place of a prefix.
    `asks` leads to the URL of what is asked before a request goes on, `asker` is what the table of answers knows that by.
    """

    kind: str
    groups: tuple[str, ...]
    by: str
    rules: str
    backends: str
    source: str
    root_host: str = ""
    host: str = ""
    host_pattern: str = ""
    path: str = ""
    path_pattern: str = ""
    path_of: str = ""
    service: str = ""
    namespace: str = ""
    port: str = ""
    rule_port: str = ""
    weight: str = ""
    unweighted: int = 1
    even: bool = False
    address: str = ""
    backend_kind: str = ""
    mirror: str = ""
    port_of: str = "service"
    port_number: bool = False
    port_else: int | None = None
    port_secure: int | None = None
    crosses: str = ""
    stream: bool = False
    streams: str = ""
    answers: str = ""
    spoken: str = ""
    guesses: bool = False
    unless: str = ""
    check: str = ""
    names: tuple[Names, ...] = ()
    lacking: str = ""
    includes: Includes | None = None
    part: bool = False
    class_at: str = ""
    asks: str = ""
    asker: str = ""
    aliases_too: bool = False
    trusts: str = ""
    health: HealthFields | None = None
    whole_names: bool = False
    certificate: str = ""
    certificate_else: str = ""
    delegates: str = ""
    ends_tls: str = ""
    rewrites: Rewrites | None = None


@cache
def kinds() -> dict[tuple[str, str], Kind]:
    """Every kind by its group and name."""
    with open(f"{os.path.dirname(__file__)}/kinds.json", encoding="utf-8") as stream:
        rows: list[dict[str, Any]] = json.load(stream)
    found = [
        Kind(
            **{
                **row,
                "groups": tuple(row["groups"]),
                "names": tuple(Names(**named) for named in row.get("names", ())),
                "includes": Includes(**row["includes"]) if "includes" in row else None,
                "health": health_fields(row),
                "rewrites": Rewrites(**{**row["rewrites"], "but": tuple(row["rewrites"].get("but", ()))})
                if "rewrites" in row
                else None,
            }
        )
        for row in rows
    ]
    return {(group, kind.kind): kind for kind in found for group in kind.groups}
