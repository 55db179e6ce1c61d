"""Calendar arithmetic on ranges of inputs, for programs without a division.

    primir synth examples/calendar/calendar.py:day_of_week --requires "days < 65536" --forbid "udiv urem sdiv srem"
"""

from primir import u32, u64


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


def days_in_month(month: u32, leap: u32) -> u32:
    """The days of a month from 1 to 12; leap is 1 in a leap year, and else 0."""
    if month == 2:
        return 28 + leap
    return 30 if month == 4 or month == 6 or month == 9 or month == 11 else 31


def day_of_month(day: u32) -> u32:
    """The day of the month, counted from 1, of a day in a year that begins in March, counted from 0."""
    month = (5 * day + 461) // 153
    return day - (153 * month - 457) // 5 + 1


def civil_from_days(days: u64) -> tuple[u64, u64, u64]:
    """Year, month and day of the Gregorian calendar, of days since the first of March of the year 0."""
    century = (4 * days + 3) // 146097
    in_century = days - 146097 * century // 4
    year = (4 * in_century + 3) // 1461
    day = in_century - 1461 * year // 4
    month = (5 * day + 461) // 153
    return (100 * century + year + (day >= 306), month - 12 if day >= 306 else month,
            day - (153 * month - 457) // 5 + 1)
