"""The clavilux command: one machine, every process."""
