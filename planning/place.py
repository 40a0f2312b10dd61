"""Places in a queue: texts that sort, with always another between two of them."""

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_VALUE = {digit: value for value, digit in enumerate(DIGITS)}


def between(before: str | None, after: str | None) -> str:
    """A place after one and before another; None is the open end. Neither ends with a `0`, as
    nothing goes before such a one."""
    low, high = before or "", after
    found = ""
    index = 0
    while True:
        floor = _VALUE[low[index]] if index < len(low) else 0
        ceiling = _VALUE[high[index]] if high is not None and index < len(high) else len(DIGITS)
        if ceiling - floor > 1:
            return found + DIGITS[(floor + ceiling) // 2]
        found += DIGITS[floor]
        if ceiling > floor:
            high = None
        index += 1


def first_place(number: str) -> str:
    """The place of what is new: after all that came before, by its id, which sorts by time."""
    return number.replace("-", "") + "i"
