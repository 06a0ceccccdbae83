"""The Python original's way to write bytes as text, byte by byte and string by string."""

import random
import string


def encode(data: bytes) -> str:
    """Each byte as six base-3 digits and a filler of two digits and a letter, all joined by spaces."""
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
    """Every second part is a byte."""
    result = bytearray()
    for digits in text.split()[::2]:
        value = 0
        for digit in digits:
            value = value * 3 + int(digit)
        result.append(value)
    return bytes(result)
