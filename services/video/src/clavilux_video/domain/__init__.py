"""What a clip is, without I/O."""
