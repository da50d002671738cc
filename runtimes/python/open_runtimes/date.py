"""The Date header, made once a second. strftime would speak the locale of the function."""

import time

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_made = (0, "")


def date():
    global _made
    now = int(time.time())
    second, line = _made
    if second != now:
        year, month, day, hour, minute, sec, weekday, *_ = time.gmtime(now)
        line = f"Date: {DAYS[weekday]}, {day:02} {MONTHS[month - 1]} {year} {hour:02}:{minute:02}:{sec:02} GMT\r\n"
        _made = (now, line)
    return line
