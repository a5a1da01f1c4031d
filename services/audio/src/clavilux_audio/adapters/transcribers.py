"""Which transcriber there is: one that is bought where a key is set, else none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from clavilux_audio.adapters.offline_transcriber import OfflineTranscriber
from clavilux_audio.domain.money import Offer
from clavilux_audio.ports import Transcriber
from clavilux_audio.settings import Settings


@asynccontextmanager
async def open_transcriber(settings: Settings) -> AsyncIterator[Transcriber]:
    """Open the transcriber that the settings name."""
    if not settings.openai_api_key.get_secret_value():
        yield OfflineTranscriber()
        return
    # Loaded only where it is used: the SDK takes a second.
    from openai import AsyncOpenAI  # noqa: PLC0415

    from clavilux_audio.adapters.openai_transcriber import OpenAiTranscriber  # noqa: PLC0415

    offer = Offer(
        provider="openai",
        model=settings.transcription_model,
        per_minute_micros=settings.transcription_price_micros_per_minute,
        price_source=settings.transcription_price_source,
        price_read_on=settings.transcription_price_read_on,
    )
    async with AsyncOpenAI(
        api_key=settings.openai_api_key.get_secret_value(),
        base_url=settings.openai_base_url,
        timeout=settings.transcription_timeout_s,
        max_retries=0,
    ) as client:
        yield OpenAiTranscriber(client, offer)
