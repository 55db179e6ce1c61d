"""Leap years of the Gregorian calendar.

    primir synth examples/leap_year.py
"""

from primir import u32


def leap_year(year: u32) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
