"""The use cases: take jobs up, lead each through its stages, tell of it."""
