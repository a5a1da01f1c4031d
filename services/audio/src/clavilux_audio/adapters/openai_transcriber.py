"""Transcription by OpenAI, or by any server that speaks its protocol and knows the times of words."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import openai
from clavilux_kit.retry import retrying
from clavilux_kit.telemetry import PROVIDER_ERRORS, get_logger
from openai import AsyncOpenAI, omit
from pydantic import BaseModel, ValidationError

from clavilux_audio.domain.lyrics import cleaned, lines_of
from clavilux_audio.domain.money import Offer
from clavilux_audio.domain.song import Cost, Degradation, Lyrics, LyricsSource, TimedText, Transcript

# The verbose answer names its language in English; the contract wants BCP 47.
_LANGUAGES = {
    "arabic": "ar", "chinese": "zh", "dutch": "nl", "english": "en", "french": "fr", "german": "de", "hindi": "hi",
    "italian": "it", "japanese": "ja", "korean": "ko", "polish": "pl", "portuguese": "pt", "russian": "ru",
    "spanish": "es", "swedish": "sv", "turkish": "tr", "ukrainian": "uk",
}  # fmt: skip


class _SungWord(BaseModel):
    word: str
    start: float
    end: float


class _Answer(BaseModel):
    """The part of a verbose answer that is used. It is read here, since the SDK does not check it."""

    text: str = ""
    language: str | None = None
    words: list[_SungWord] | None = None


class OpenAiTranscriber:
    """Buys word times. Retries are the kit's, never the SDK's."""

    def __init__(self, client: AsyncOpenAI, offer: Offer, waits_s: tuple[float, ...] = (2.0, 4.0, 8.0)) -> None:
        self._client = client
        self._offer = offer
        self._waits_s = waits_s

    def offers(self) -> tuple[Offer, ...]:
        """Return the one model that is configured."""
        return (self._offer,)

    async def transcribe(self, path: Path, *, duration_s: float, language: str, max_cost_micros: int) -> Transcript:
        """Return the words of a song; FAILED, with what may have been spent, where the provider cannot be had."""
        purchase = _Purchase(self._offer.cost_micros(duration_s), max_cost_micros)
        if not purchase.can_pay:
            message = "The words were not written down: it would cost more than was allowed."
            return Transcript(Lyrics(LyricsSource.NONE), degradations=(Degradation("lyrics_not_transcribed", message),))
        try:
            answer = await retrying(
                partial(self._ask, path, language, purchase), on=purchase.retry, waits_s=self._waits_s
            )
            lyrics = _lyrics(answer, duration_s, language)
        except (openai.OpenAIError, ValidationError) as error:
            PROVIDER_ERRORS.labels(self._offer.provider, type(error).__name__).inc()
            get_logger().warning("transcription_failed", error=type(error).__name__, spent_micros=purchase.spent_micros)
            lyrics = Lyrics(LyricsSource.FAILED)
        failed = Degradation("lyrics_failed", "The words could not be written down; the video is made without them.")
        return Transcript(
            lyrics,
            costs=(Cost(self._offer.provider, self._offer.model, purchase.spent_micros),)
            if purchase.spent_micros
            else (),
            degradations=(failed,) if lyrics.source is LyricsSource.FAILED else (),
        )

    async def _ask(self, path: Path, language: str, purchase: _Purchase) -> _Answer:
        try:
            reply = await self._client.audio.transcriptions.with_raw_response.create(
                file=path,
                model=self._offer.model,
                response_format="verbose_json",
                timestamp_granularities=["word"],
                language=language.partition("-")[0] or omit,
            )
        except openai.APIConnectionError:
            # Cut after it was sent: it may have been billed, so it counts as spent.
            purchase.pay()
            raise
        purchase.pay()
        return _Answer.model_validate_json(reply.content)


class _Purchase:
    """How often one call may be paid for."""

    def __init__(self, price_micros: int, max_cost_micros: int) -> None:
        self._price_micros = price_micros
        self._max_cost_micros = max_cost_micros
        self.spent_micros = 0

    @property
    def can_pay(self) -> bool:
        """Whether one more attempt stays within what is allowed."""
        return 0 < self.spent_micros + self._price_micros <= self._max_cost_micros

    def pay(self) -> None:
        """Book one attempt."""
        self.spent_micros += self._price_micros

    def retry(self, error: Exception) -> bool:
        """Say whether an error may pass and another attempt can be paid."""
        may_pass = isinstance(error, openai.APIConnectionError | openai.RateLimitError | openai.InternalServerError)
        out_of_credit = isinstance(error, openai.APIError) and error.code == "insufficient_quota"
        return may_pass and not out_of_credit and self.can_pay


def _lyrics(answer: _Answer, duration_s: float, language: str) -> Lyrics:
    heard = (answer.language or "").lower()
    words = cleaned((TimedText(w.word, w.start, w.end) for w in answer.words or ()), duration_s)
    if not words:
        # Words without times are of no use, and they are no instrumental either.
        return Lyrics(LyricsSource.FAILED if answer.text.strip() else LyricsSource.INSTRUMENTAL)
    code = language or _LANGUAGES.get(heard, heard if len(heard) == 2 else "")
    return Lyrics(LyricsSource.TRANSCRIBED, words, lines_of(words), code)
