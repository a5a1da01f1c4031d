"""The cut: clips and song into the finished video, frame-exact."""
