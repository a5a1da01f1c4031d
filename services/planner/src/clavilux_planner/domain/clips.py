"""Clips: what has to be generated for the shots, by whom, and what it will cost."""

import math

from clavilux_planner.domain.plan import Clip, Offer

LOCAL = Offer(provider="local")
"""The animator of the house: free, any length, any angles."""


class TooDear(Exception):
    """There is no free offer, and more clips are needed than may be paid."""


def chosen_offer(offers: tuple[Offer, ...], *, clips: int, max_paid_clips: int) -> Offer:
    """The first offer that may make all the clips: a paid one only where as many may be paid. Raises TooDear."""
    if not offers:
        return LOCAL
    for offer in offers:
        if offer.is_free or clips <= max_paid_clips:
            return offer
    raise TooDear(f"{clips} clips are needed, {max_paid_clips} may be paid, and no free offer was given")


def estimate_micros(offer: Offer, clips: tuple[Clip, ...]) -> int:
    """What the clips will cost, in micro-dollars, rounded up."""
    return sum(_price_micros(offer, clip.lead_s + clip.slot_s + clip.tail_s) for clip in clips)


def _price_micros(offer: Offer, needed_s: float) -> int:
    made_s = _made_s(offer, needed_s)
    computing_s = offer.typical_s + offer.typical_s_per_output_s * made_s
    by_time = made_s * offer.per_output_second_micros + computing_s * offer.per_compute_second_micros
    return offer.per_item_micros + math.ceil(by_time)


def _made_s(offer: Offer, needed_s: float) -> float:
    """The shortest length that the model makes and that is long enough, else its longest."""
    enough = [max(shortest, needed_s) for shortest, longest in offer.lengths_s if longest >= needed_s]
    return min(enough, default=max((longest for _, longest in offer.lengths_s), default=needed_s))
