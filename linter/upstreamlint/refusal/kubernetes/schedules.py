"""Schedules of CronJobs, as the controller reads them (`github.com/robfig/cron`, `ParseStandard`)."""

from __future__ import annotations

from upstreamlint import patterns
from upstreamlint.numerals import decimal
from upstreamlint.refusal.cel import ConversionError, seconds

_MONTHS = {
    name: n
    for n, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_DAYS = {name: n for n, name in enumerate(["sun", "mon", "tue", "wed", "thu", "fri", "sat"])}
_FIELDS: tuple[tuple[int, int, dict[str, int]], ...] = (
    (0, 59, {}),
    (0, 23, {}),
    (1, 31, {}),
    (1, 12, _MONTHS),
    (0, 6, _DAYS),
)
_NAMED = frozenset({"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"})
_EVERY = "@every "
_ENDS = 2
_negative = patterns.compile(r"-[0-9]+")


def problem(schedule: str) -> str | None:
    """What is wrong with a schedule; nothing if it is fine, or names a time zone."""
    if schedule.startswith(("TZ=", "CRON_TZ=")):
        return None
    if schedule.startswith("@"):
        return _descriptor(schedule)
    fields = schedule.split()
    if len(fields) != len(_FIELDS):
        return f"expected exactly {len(_FIELDS)} fields, found {len(fields)}: [{' '.join(fields)}]"
    for field, bounds in zip(fields, _FIELDS, strict=True):
        for part in field.split(","):
            wrong = _range(part, *bounds) if part else None
            if wrong is not None:
                return wrong
    return None


def _descriptor(text: str) -> str | None:
    if text.startswith(_EVERY):
        try:
            seconds(text.removeprefix(_EVERY))
        except ConversionError as error:
            return f"failed to parse duration {text}: {error}"
        return None
    return None if text in _NAMED else f"unrecognized descriptor: {text}"


def _range(part: str, least: int, most: int, names: dict[str, int]) -> str | None:
    ends, *steps = part.split("/")
    low, *high = ends.split("-")
    first, last = least, most
    if low not in ("*", "?"):
        if len(high) >= _ENDS:
            return f"too many hyphens: {part}"
        for text in (low, *high):
            if _number(text, names) is None:
                return _unread(text)
        first = _number(low, names) or 0
        last = (_number(high[0], names) or 0) if high else first
    if len(steps) > 1:
        return f"too many slashes: {part}"
    step = decimal(steps[0]) if steps else 1
    if step is None:
        return _unread(steps[0])
    if steps and not high:
        last = most
    return _bounded(part, (first, last), (least, most), step)


def _bounded(part: str, found: tuple[int, int], allowed: tuple[int, int], step: int) -> str | None:
    (first, last), (least, most) = found, allowed
    if first < least:
        return f"beginning of range ({first}) below minimum ({least}): {part}"
    if last > most:
        return f"end of range ({last}) above maximum ({most}): {part}"
    if first > last:
        return f"beginning of range ({first}) beyond end of range ({last}): {part}"
    return f"step of range should be a positive number: {part}" if not step else None


def _number(text: str, names: dict[str, int]) -> int | None:
    found = names.get(text.lower())
    return found if found is not None else decimal(text.removeprefix("+"))


def _unread(text: str) -> str:
    if _negative.fullmatch(text):
        return f"negative number ({text}) not allowed: {text}"
    return f'failed to parse int from {text}: strconv.Atoi: parsing "{text}": invalid syntax'
