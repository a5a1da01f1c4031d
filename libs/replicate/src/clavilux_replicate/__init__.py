"""Predictions at Replicate: created once, waited for, cancelled only on demand."""

from clavilux_replicate.predictions import Limits, Predictions, seed_of

__all__ = ["Limits", "Predictions", "seed_of"]
