"""Reads base-3 text from standard input and writes its bytes to standard output.

Written from the format's description alone, for the tests: groups of six base-3 digits and a filler of
two decimal digits and one lower-case letter, separated by white space.
"""

import re
import sys


def decode(text: bytes) -> bytes:
    parts = [part for part in re.split(rb"[\t-\r ]+", text) if part]
    if len(parts) % 2:
        raise ValueError("the last filler is missing")
    result = bytearray()
    for digits, filler in zip(parts[0::2], parts[1::2]):
        if not re.fullmatch(rb"[012]{6}", digits):
            raise ValueError("not six base-3 digits")
        if not re.fullmatch(rb"[0-9]{2}[a-z]", filler):
            raise ValueError("not a filler")
        result.append(int(digits, 3))
    return bytes(result)


if __name__ == "__main__":
    try:
        sys.stdout.buffer.write(decode(sys.stdin.buffer.read()))
    except ValueError as error:
        sys.exit(str(error))
