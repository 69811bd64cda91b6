"""`python -I -S .../supervisor/__main__.py`: the emulator starts it, sends it commands and reads its reports."""

import sys

if __name__ == "__main__":
    if not __package__:
        # Run by path, and the packages above entered by name only: to import them costs every machine memory.
        home = __file__.rpartition("/")[0]
        for level, name in ((2, "drp_emulator"), (1, "drp_emulator.machines"), (0, "drp_emulator.machines.supervisor")):
            package = type(sys)(name)
            package.__path__ = [home.rsplit("/", level)[0]]
            sys.modules[name] = package
    from drp_emulator.machines.supervisor.supervisor import main

    sys.exit(main())
