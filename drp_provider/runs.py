"""The identifier of one run of a cluster. Programs import this module too, so it imports nothing slow."""


def run_of(incarnation: str, number: int) -> str:
    """Return the identifier of one run of a cluster, as the marks hold it: `1f3a9c2e:3`.

    Args:
        incarnation: The id of one creation of the cluster profile; `1f3a9c2e+2` continues after its second run.
        number: The number of the run of one resource: 1, and one more at each reset.
    """
    created, _, earlier = incarnation.partition("+")
    return f"{created}:{int(earlier or 0) + number}"


def mark_of(run: str, starts: int) -> str:
    """Return the mark of a machine that has begun a run: the run and the number of the start, `1f3a9c2e:3/1`."""
    return f"{run}/{starts}"


def run_in(mark: object) -> str | None:
    """Return the run that a machine's mark names, or None if the machine has no mark."""
    return mark.partition("/")[0] if isinstance(mark, str) else None


def resumed(run: str, number: int) -> str | None:
    """Return the incarnation for which `run_of` returns this run and number, or None if the run is malformed."""
    created, _, last = run.partition(":")
    earlier = int(last) - number if last.isascii() and last.isdigit() else -1
    if not created.isalnum() or earlier < 0:
        return None
    return f"{created}+{earlier}" if earlier else created
