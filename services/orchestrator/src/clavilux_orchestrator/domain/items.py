"""An item: the smallest thing that is asked for, kept and never asked for twice."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property

from clavilux_orchestrator.domain.stages import Document, Stage


def digest(*parts: object) -> str:
    """BLAKE2b-128 of the canonical JSON of `parts`, as 32 hexadecimal digits."""
    canonical = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.blake2b(canonical.encode(), digest_size=16).hexdigest()


def seed_for(job_seed: int, *names: object) -> int:
    """A seed of its own for everything that draws lots: 31 bits, which every provider takes."""
    return int(digest(job_seed, *names)[:8], 16) & 0x7FFFFFFF


@dataclass(frozen=True)
class Item:
    """One call: what is asked, and where the answer is to be written.

    `request` holds the item's own fields, and those alone make its fingerprint. `output` is the field that names the
    place of the answer and a key with `{fingerprint}` in it; services that answer by value have none.
    """

    stage: Stage
    name: str
    request: Document
    deadline_s: float
    output: tuple[str, str] | None = None
    labels: Document | None = None
    """Fields for logs and progress only; they are sent and do not count."""

    @cached_property
    def fingerprint(self) -> str:
        """What the item is, whoever asks and wherever the answer goes."""
        return digest(self.request)

    def request_id(self, job_id: str, take: int = 0) -> str:
        """The id under which services remember the call; a later take asks for another answer to the same question."""
        return digest(job_id, self.stage.name, self.name, self.fingerprint, take)

    def addressed(self, job_id: str, max_cost_micros: int) -> Document:
        """The whole request, as it is sent."""
        request = {**self.request, **(self.labels or {}), "request_id": self.request_id(job_id), "job_id": job_id}
        if self.stage.buys:
            request["max_cost_micros"] = max_cost_micros
        if self.output is not None:
            field, key = self.output
            request[field] = key.format(fingerprint=self.fingerprint)
        return request
