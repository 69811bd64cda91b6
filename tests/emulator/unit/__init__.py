"""The parts of the emulator, each by itself."""
