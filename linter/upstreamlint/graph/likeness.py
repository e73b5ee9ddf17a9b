"""Which names and numbers a hand may have meant by another: slips, affixes, siblings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import cache, lru_cache

from upstreamlint import patterns

MOST_NAMES = 1_000
"""Each name that nobody has is compared with all that are there: with more of both the work would grow with the square."""
_NORMAL = patterns.compile(r"[-_.]")
_DIGITS = patterns.compile(r"\d+")
_AFFIXES = ("-svc", "-service", "svc-", "service-", "-srv")


def near_names(wanted: str, names: Collection[str], *, words: bool = True) -> list[str]:
    """The names that were probably meant, the nearest first.

    One edit away (two in a long name), the same but for separators or a `-svc`, or the same with words before
    or behind that one of the two lacks, when only one name is and `words` count. Names that differ in digits alone, or in a word
    that tells things apart, are siblings, not misspellings. Among more than `MOST_NAMES` none is looked for.
    """
    if len(names) > MOST_NAMES:
        return []
    near: list[tuple[int, str]] = []
    plain, stem, letters = bare(wanted), _stem(wanted), set(wanted)
    limit = _limit(wanted)
    for name in names:
        if name == wanted or _stem(name) == stem:
            continue
        if bare(name) == plain and (words or _NORMAL.sub("", name) == _NORMAL.sub("", wanted)):
            near.append((1, name))
            continue
        if len(wanted) < _SHORTEST or abs(len(name) - len(wanted)) > limit:
            continue
        if len(letters.symmetric_difference(name)) <= 2 * limit:
            distance = _edits(wanted, name, limit)
            if distance <= limit and not _variant(wanted, name):
                near.append((distance, name))
    if not near and words:
        affixed = [(more, n) for n in names if (more := _affix(wanted, n) or _affix(n, wanted))]
        if len(affixed) == 1 and _APART.isdisjoint(_DIVIDED.split(affixed[0][0])):
            near.append((3, affixed[0][1]))
    return [name for _, name in sorted(near)]


def sole(wanted: str, near: Sequence[str]) -> bool:
    """Whether the first of the `near_names` of a name is the only one, or the only one that a single slip makes of it."""
    first, *others = dict.fromkeys(near) or ("",)
    return bool(first) and (
        not others or (_edits(wanted, first, 1) <= 1 and all(_edits(wanted, o, 1) > 1 for o in others))
    )


def is_misspelt(wanted: str, name: str) -> bool:
    """Whether a name is another but for one edit, or two in a long name."""
    limit = _limit(wanted)
    return wanted != name and abs(len(name) - len(wanted)) <= limit and _edits(wanted, name, limit) <= limit


def _limit(name: str) -> int:
    """How many edits make a slip of the hand: what all Services are called by does not make a name long."""
    return 2 if len(_KIND_OF_THING.sub("", name)) >= _LONG else 1


def akin(wanted: str, names: Collection[str]) -> list[str]:
    """The names that a slip of the hand or a word more or less makes of it, however short.

    It takes other evidence to believe it: `web-a` is akin to `web-b`, and `orders` to `orders-db`.
    """
    if len(names) > MOST_NAMES:
        return []
    known = sorted(names)
    slips = [n for n in known if is_misspelt(wanted, n)]
    return slips or [n for n in known if _affix(wanted, n) or _affix(n, wanted)]


def are_apart(one: str, other: str) -> bool:
    """Whether the words that one of two names has more tell two things of one application apart: `cart`, `cart-canary`."""
    more = _affix(one, other) or _affix(other, one)
    return bool(more) and not _APART.isdisjoint(_DIVIDED.split(more))


def are_siblings(one: str, other: str) -> bool:
    """Whether two names differ in digits alone, or in words that tell things apart: `reviews-v1`, `reviews-v2`; `internal-edge`, `external-edge`."""
    words, others = _DIVIDED.split(one), _DIVIDED.split(other)
    pairs = [(a, b) for a, b in zip(words, others, strict=False) if a != b]
    opposed = (
        len(words) == len(others) and bool(pairs) and all(a and b and {a, b} <= _APART for a, b in pairs)
    )
    return opposed or _stem(one) == _stem(other)


def tell_apart(one: str, other: str) -> bool:
    """Whether two names tell two things of one application apart."""
    return are_apart(one, other) or are_siblings(one, other)


def is_slip(wanted: str, name: str) -> bool:
    """Whether a name is misspelt another, and not the name of a sibling: `kafka-1` stands beside `kafka-2`."""
    return is_misspelt(wanted, name) and not are_siblings(wanted, name)


def is_typed(wanted: str, name: str) -> bool:
    """Whether a name is another with a letter lost, doubled or in another's place; a short one with another letter may be a sibling."""
    rewritten = len(wanted) != len(name) or sorted(wanted) == sorted(name)
    return rewritten and is_slip(wanted, name)


def near_by_one(wanted: str, name: str) -> bool:
    """Whether a single edit makes one name of the other, however long they are."""
    return _edits(wanted, name, 1) == 1


def near_numbers(wanted: int, numbers: Iterable[int]) -> list[int]:
    """The numbers that a slip of the hand makes the wanted one of: digits in another order, one lost, one doubled.

    A well-known port is no slip of another: 443 is written on purpose where 8443 is declared.
    """
    return [
        n
        for n in numbers
        if n != wanted and wanted not in _WELL_KNOWN and n not in NODE_PORTS and _slipped(str(n), str(wanted))
    ]


NODE_PORTS = range(30_000, 32_768)
"""Ports of nodes, which people make of a container's by digits put before it: 31042 for 1042."""

_WELL_KNOWN = frozenset({22, 25, 53, 80, 443, 4443})


def _slipped(meant: str, written: str) -> bool:
    if len(meant) == len(written):
        other = [i for i, (one, two) in enumerate(zip(meant, written, strict=True)) if one != two]
        # Digits of another order further apart make another port: 5001 is none of 5100.
        return sorted(meant) == sorted(written) and max(other) - min(other) == 1
    if written.endswith(meant) or (meant.endswith(written) and meant[:1] != meant[1:2]):
        return False  # a digit in front makes the port that is published of the one inside: 18081, 8081
    if len(written) == len(meant) - 1:
        return any(meant[:i] + meant[i + 1 :] == written for i in range(len(meant)))
    doubled = (meant[:i] + digit + meant[i:] for i, digit in enumerate(meant))
    return len(written) == len(meant) + 1 and written in doubled


class Names:
    """Names to look for misspellings in, many times: only those that begin or end alike are compared."""

    def __init__(self, names: Iterable[str]) -> None:
        self._alike: dict[str, list[str]] = defaultdict(list)
        for name in names:
            for key in _keys(name):
                self._alike[key].append(name)

    def near(self, wanted: str) -> list[str]:
        """See `near_names`."""
        return near_names(wanted, {name for key in _keys(wanted) for name in self._alike.get(key, ())})


def _keys(name: str) -> tuple[str, str, str, str]:
    plain = bare(name)
    return f"^{name[:_END]}", f"{name[-_END:]}$", f"{plain[-_END:]}$", f"={plain}"


_END = 2
_SHORTEST = 4
_SHORTEST_WORD = 3
_ORDINAL = 2
_LONG = 8
_KIND_OF_THING = patterns.compile(r"(?<=.)[-_.]?(?:service|svc|srv|server|deployment|gateway)\Z")
_DIVIDED = patterns.compile(r"[-_.]|(?<![a-z])v?\d+(?![a-z])")
_APART = frozenset(
    {"", "canary", "stable", "preview", "active", "blue", "green", "primary", "secondary", "headless"}
    | {
        "internal",
        "external",
        "public",
        "private",
        "test",
        "dev",
        "prod",
        "staging",
        "db",
        "database",
        "redis",
    }
    | {
        "cache",
        "mysql",
        "postgres",
        "postgresql",
        "mongo",
        "mongodb",
        "metrics",
        "exporter",
        "admin",
        "worker",
    }
    | {
        "proxy",
        "gateway",
        "nodeport",
        "np",
        "lb",
        "ext",
        "hl",
        "ro",
        "rw",
        "master",
        "slave",
        "replica",
        "read",
        "write",
    }
)
"""Words that tell two things of one application apart; the empty one is left of a version."""


@lru_cache(maxsize=65_536)
@cache
def _stem(name: str) -> str:
    return _DIGITS.sub("", name)


def _affix(short: str, long: str) -> str:
    """The words that a name has before or behind another; nothing when it does not hold the other."""
    if len(short) >= _SHORTEST_WORD and short in long:
        for divider in "-_.":
            if long.endswith(divider + short):
                return long[: -len(short) - 1]
            if long.startswith(short + divider):
                return long[len(short) + 1 :]
    return ""


@cache
def bare(name: str) -> str:
    """A name without separators and what all Services are called by."""
    name = name.lower()
    for affix in _AFFIXES:
        name = name.removesuffix(affix) if affix.startswith("-") else name.removeprefix(affix)
    return _NORMAL.sub("", name)


def _variant(one: str, other: str) -> bool:
    """Whether two names differ only in a last letter or digit after a separator: `web-a`, `web-b`."""
    head_one, _, tail_one = one.rpartition("-")
    head_other, _, tail_other = other.rpartition("-")
    return bool(head_one) and head_one == head_other and max(len(tail_one), len(tail_other)) <= _ORDINAL


@lru_cache(maxsize=65_536)
def _edits(one: str, other: str, limit: int) -> int:
    """The number of insertions, deletions, replacements and swaps of neighbours; more than the limit when above."""
    one, other = _unlike(one, other)
    before: list[int] = []
    previous = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        current = [i]
        for j, b in enumerate(other, 1):
            cost = min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        if min(current) > limit:
            return limit + 1
        before, previous = previous, current
    return previous[-1]


def _unlike(one: str, other: str) -> tuple[str, str]:
    """Two texts without what both begin and both end with, which no edit touches."""
    start = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if start is None:
        start = min(len(one), len(other))
    one, other = one[start:], other[start:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    return one, other


def of_its_own(name: str, similar: str, namespace: str) -> bool:
    """Whether the words that a name has more are those of its namespace: `longhorn-frontend` of `longhorn-system` is no `frontend`."""
    own = namespace.partition("-")[0]
    return bool(own) and name.startswith(f"{own}-") and not similar.startswith(own)
