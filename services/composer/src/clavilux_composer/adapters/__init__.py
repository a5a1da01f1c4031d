"""How the cut is made: ffmpeg, PyAV, the disk and the bus."""
