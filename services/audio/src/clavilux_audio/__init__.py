"""The ear: tempo, beats, sections, mood and clip boundaries of a song."""
