"""Where servers of authorization answer whether a request may go on: `permission.json`, one row a line."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from functools import cache

from upstreamlint import patterns
from upstreamlint.containers.data.reference import image_reference
from upstreamlint.numerals import decimal
from upstreamlint.values import NamedTuple, frozen

Release = tuple[int, int]
_RELEASE = patterns.compile(r"v?(\d+)(?:\.(\d+))?(?:[.-]|\Z)")
_NEWEST = (10_000, 0)


@frozen
class Endpoint:
    """A path that answers askers of some kinds (`forward`: as the client, `subrequest`: yes or no), in some releases."""

    path: str
    askers: frozenset[str]
    since: Release
    until: Release

    def is_in(self, release: Release) -> bool:
        """Whether a release has it."""
        return self.since <= release < self.until


class Authority(NamedTuple):
    """A server of authorization of one release.

    `own` are the keys of its configuration below which others may be defined, which then lie `below` a path. Whatever
    begins with one of `refuses` and is none of the endpoints is answered with 404, or with 403 where it `forbids`; so is there what ends with an endpoint, behind
    a path that was not taken off. With `page`, everything else is answered with that of the login, and 200. What is `moved` by one of these words is not known.
    One that `redirects` sends a slash behind an endpoint away, to the path without it.
    """

    endpoints: tuple[Endpoint, ...]
    own: tuple[str, ...]
    below: str
    refuses: tuple[str, ...]
    page: bool
    release: Release | None
    forbids: bool = False
    redirects: bool = False
    moved: tuple[str, ...] = ()


def authority(image: str) -> Authority | None:
    """What is known of the image that a reference means."""
    reference = image_reference(image)
    row = _rows().get(reference.name)
    if row is None:
        return None
    return row._replace(release=_release(reference.tag))


def _release(tag: str | None) -> Release | None:
    """The release that a tag means; nothing where it names none."""
    if tag == "latest":
        return _NEWEST
    found = _RELEASE.match(tag or "")
    if found is None:
        return None
    major, minor = decimal(found[1]), decimal(found[2] or "")
    # `v4` is the newest of its line.
    return None if major is None else (major, minor if minor is not None else _NEWEST[0])


@cache
def _rows() -> dict[str, Authority]:
    with open(os.path.join(os.path.dirname(__file__), "permission.json"), encoding="utf-8") as stream:
        rows = json.load(stream)
    found: dict[str, Authority] = {}
    for row in rows:
        endpoints = tuple(
            Endpoint(
                one["path"],
                frozenset(one["for"]),
                _pair(one.get("since", (0, 0))),
                _pair(one.get("until", (_NEWEST[0] + 1, 0))),
            )
            for one in row["endpoints"]
        )
        for image in row["images"]:
            found[image] = Authority(
                endpoints=endpoints,
                own=tuple(row.get("own", ())),
                below=row.get("below", ""),
                refuses=tuple(row["refuses"]),
                page=row.get("page", False),
                release=None,
                forbids=row.get("forbids", False),
                redirects=row.get("redirects", False),
                moved=tuple(row.get("moved", ())),
            )
    return found


def _pair(written: Iterable[int]) -> Release:
    major, minor = written
    return major, minor
