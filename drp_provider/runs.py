"""The text that stands for one run of a cluster. The program's side needs it too: no heavy imports."""


def run_of(incarnation: str, number: int) -> str:
    """Return the text that stands for one run of a cluster, as the marks hold it: `1f3a9c2e:3`.

    Args:
        incarnation: One creation of the cluster profile; `1f3a9c2e+2` goes on after the second run of it.
        number: Counts the runs of one resource: 1, and one more at each reset.
    """
    created, _, earlier = incarnation.partition("+")
    return f"{created}:{int(earlier or 0) + number}"


def mark_of(run: str, starts: int) -> str:
    """Return the mark of a machine that has begun: the run, and which start of the workflow, `1f3a9c2e:3/1`."""
    return f"{run}/{starts}"


def run_in(mark: object) -> str | None:
    """Return the run that a machine's mark names, or None if there is none."""
    return mark.partition("/")[0] if isinstance(mark, str) else None


def resumed(run: str, number: int) -> str | None:
    """Return the incarnation with which `run_of` gives this run again for the number, or None if it is no such text."""
    created, _, last = run.partition(":")
    earlier = int(last) - number if last.isascii() and last.isdigit() else -1
    if not created.isalnum() or earlier < 0:
        return None
    return f"{created}+{earlier}" if earlier else created
