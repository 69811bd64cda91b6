"""Print lines for the person who runs `pulumi`."""

import sys


def say(text: str) -> None:
    """Print one line to stderr, the only output of a provider that Pulumi shows. It does so in previews too."""
    sys.stderr.write(f"{text}\n")  # one write per line, so that lines of several threads do not mix
    sys.stderr.flush()
