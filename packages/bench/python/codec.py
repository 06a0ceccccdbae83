"""The Python original's way, byte by byte and string by string, timed for one size.

Usage: python3 codec.py SIZE. Prints a JSON object of nanoseconds: {"encode": ..., "decode": ...}.
"""

import json
import os
import random
import string
import sys
import time


def encode(data: bytes) -> str:
    parts = []
    for byte in data:
        digits = ""
        for _ in range(6):
            digits = str(byte % 3) + digits
            byte //= 3
        filler = f"{random.randint(0, 9)}{random.randint(0, 9)}{random.choice(string.ascii_lowercase)}"
        parts.append(digits)
        parts.append(filler)
    return " ".join(parts)


def decode(text: str) -> bytes:
    result = bytearray()
    for digits in text.split()[::2]:
        value = 0
        for digit in digits:
            value = value * 3 + int(digit)
        result.append(value)
    return bytes(result)


def main() -> None:
    data = os.urandom(int(sys.argv[1]))
    start = time.perf_counter_ns()
    text = encode(data)
    middle = time.perf_counter_ns()
    back = decode(text)
    end = time.perf_counter_ns()
    if back != data:
        sys.exit("the round trip failed")
    print(json.dumps({"encode": middle - start, "decode": end - middle}))


main()
