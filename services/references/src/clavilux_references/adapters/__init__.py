"""The world behind the ports: the painter and Replicate."""
