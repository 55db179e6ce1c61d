"""Calendar arithmetic on ranges of inputs, for programs without a division.

    primir synth examples/calendar/calendar.py:day_of_week --requires "days < 65536" --forbid "udiv urem sdiv srem"
"""

from primir import u32


def day_of_week(days: u32) -> u32:
    """Days since 1970-01-01, a Thursday; 0 is a Sunday."""
    return (days + 4) % 7


def month_of_day(day: u32) -> u32:
    """The month, 3 to 14, of a day in a year that begins in March, counted from 0."""
    return (5 * day + 461) // 153


def days_before_month(month: u32) -> u32:
    """The days of such a year before a month from 3 to 14."""
    return (153 * month - 457) // 5


def leap_year(year: u32) -> bool:
    """Of the Gregorian calendar."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
