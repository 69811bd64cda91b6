"""`drpcli`, run as a file: `python -I -S .../drpcli/__main__.py profiles list`."""

import sys

if __name__ == "__main__":
    if not __package__:
        # Run by path. The packages above are entered by name only: to import them takes longer than a whole call.
        home = __file__.rpartition("/")[0]
        for level, name in ((1, "drp_emulator"), (0, "drp_emulator.drpcli")):
            package = type(sys)(name)
            package.__path__ = [home.rsplit("/", level)[0]]
            sys.modules[name] = package
    from drp_emulator.drpcli.main import main

    sys.exit(main(sys.argv[1:]))
