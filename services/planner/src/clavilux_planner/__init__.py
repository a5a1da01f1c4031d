"""The director: a plan of scenes, shots and transitions for a song."""
