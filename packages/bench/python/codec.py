"""The Python original's way, byte by byte and string by string, timed for one size.

Usage: python3 codec.py SIZE. Prints a JSON object of nanoseconds: {"encode": ..., "decode": ...}.
"""

import json
import os
import sys
import time

from base3 import decode, encode


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
