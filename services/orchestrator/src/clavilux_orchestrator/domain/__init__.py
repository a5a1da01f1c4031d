"""What a job is, and how a song and a plan become requests. Pure: no clock, no lots, no I/O."""
