"""What a picture is, without I/O."""
