"""The sections of the run, each in a process of its own with a share of the time."""
