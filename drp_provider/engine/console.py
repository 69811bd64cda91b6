"""Speak to the person who runs `pulumi`."""

import sys


def say(text: str) -> None:
    """Print one line. Pulumi shows a provider's stderr, in previews too; a provider has no other way to speak."""
    sys.stderr.write(f"{text}\n")  # one write a line: the lines of several threads must not run together
    sys.stderr.flush()
