"""Cron schedules: five fields or a macro. Pure.

Minute, hour, day of month, month, day of week; times are UTC, as usual for kube-controller-manager.
Source: the documentation of github.com/robfig/cron, which Kubernetes parses schedules with.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_WORDS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: tuple[tuple[int, int, dict[str, int]], ...] = (
    (0, 59, {}),
    (0, 23, {}),
    (1, 31, {}),
    (1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    (0, 6, {name: number for number, name in enumerate(_DAYS)}),
)
_FARTHEST = timedelta(days=5 * 366)


class ScheduleError(ValueError):
    """A malformed schedule."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule as five sets of numbers."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    any_day: bool
    any_weekday: bool

    def _is_day(self, moment: datetime) -> bool:
        day = moment.day in self.days
        weekday = moment.isoweekday() % 7 in self.weekdays
        # cron's own rule: if both are restricted, either matches
        return (day and weekday) if self.any_day or self.any_weekday else (day or weekday)

    def next_after(self, moment: datetime) -> datetime | None:
        """The first scheduled minute after a time; None when there is none within years."""
        found = moment.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
        end = found + _FARTHEST
        while found < end:
            if found.month not in self.months or not self._is_day(found):
                found = found.replace(hour=0, minute=0) + timedelta(days=1)
            elif found.hour not in self.hours:
                found = found.replace(minute=0) + timedelta(hours=1)
            elif found.minute not in self.minutes:
                found += timedelta(minutes=1)
            else:
                return found
        return None


@functools.lru_cache(1024)
def parse(text: str) -> Schedule:
    """Parse a schedule. Raises `ScheduleError`."""
    fields = _WORDS.get(text.strip(), text).lower().split()
    if len(fields) != len(_FIELDS):
        raise ScheduleError(f"expected exactly 5 fields, found {len(fields)}: [{' '.join(fields)}]")
    sets = [_numbers(field, *facts) for field, facts in zip(fields, _FIELDS, strict=True)]
    any_day, any_weekday = (fields[position].split("/")[0] in ("*", "?") for position in (2, 4))
    minutes, hours, days, months, weekdays = sets
    return Schedule(minutes, hours, days, months, weekdays, any_day, any_weekday)


def _numbers(field: str, lowest: int, highest: int, names: dict[str, int]) -> frozenset[int]:
    found: set[int] = set()
    for part in field.split(","):
        span, slash, step_text = part.partition("/")
        step = _number(step_text, {}) if slash else 1
        if span in ("*", "?"):
            first, last = lowest, highest
        else:
            start, dash, end = span.partition("-")
            first = _number(start, names)
            last = _number(end, names) if dash else (highest if slash else first)
        if step < 1:
            raise ScheduleError(f"step of range should be a positive number: {part}")
        if first < lowest:
            raise ScheduleError(f"beginning of range ({first}) below minimum ({lowest}): {part}")
        if last > highest:
            raise ScheduleError(f"end of range ({last}) above maximum ({highest}): {part}")
        if first > last:
            raise ScheduleError(f"beginning of range ({first}) beyond end of range ({last}): {part}")
        found.update(range(first, last + 1, step))
    return frozenset(found)


def _number(text: str, names: dict[str, int]) -> int:
    if text in names:
        return names[text]
    if not (text.isascii() and text.isdecimal()):
        raise ScheduleError(f"failed to parse int from {text}")
    return int(text)
