"""Clips that move with the music."""
