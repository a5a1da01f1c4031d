"""What a director knows and decides. Pure: no clock, no randomness but seeded lots, no input or output."""
