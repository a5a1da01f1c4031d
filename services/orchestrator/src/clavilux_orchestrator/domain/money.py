"""What replies say was spent."""

from __future__ import annotations

from collections import Counter

from clavilux_orchestrator.domain.job import Cost
from clavilux_orchestrator.domain.stages import Document


def costs_of(reply: Document) -> tuple[Cost, ...]:
    """One line for each provider's model; attempts of the same model are added up, free ones left out."""
    sums: Counter[str] = Counter()
    for cost in reply.get("costs", []):
        sums[f"{cost['provider']}/{cost['model']}"[:100]] += int(cost["cost_micros"])
    return tuple(Cost(api, micros) for api, micros in sorted(sums.items()) if micros)
