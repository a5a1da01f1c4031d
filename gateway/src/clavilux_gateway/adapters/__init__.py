"""The ports, made of Postgres, PyAV and the event bus."""
