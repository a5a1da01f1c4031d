"""The world behind the ports: the animator, ffmpeg, NATS, Replicate."""
