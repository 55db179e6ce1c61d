"""Neri and Schneider's algorithm for the date of a day, its divisions as written ("Euclidean affine functions and their
application to calendar algorithms", 2023).

    primir verify examples/calendar/calendar.py:civil_from_days examples/calendar/neri_schneider.py:civil_from_days \\
        --requires "days < 1000000"
"""

from primir import u64


def civil_from_days(days: u64) -> tuple[u64, u64, u64]:
    """Year, month and day of the Gregorian calendar, of days since the first of March of the year 0."""
    quarters = 4 * days + 3
    century = quarters // 146097
    rest = quarters % 146097 // 4 * 4 + 3
    product = 2939745 * rest
    year = 100 * century + (product >> 32)
    day = (product & 0xffffffff) // 2939745 // 4
    line = 2141 * day + 197913
    month = line >> 16
    january = day >= 306
    return year + january, month - 12 if january else month, (line & 0xffff) // 2141 + 1
