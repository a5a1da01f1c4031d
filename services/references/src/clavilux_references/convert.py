"""Between protobuf and the domain."""

from __future__ import annotations

from collections.abc import Iterable

from clavilux.common.v1 import common_pb2, picture_pb2
from clavilux.references.v1 import references_pb2
from clavilux_kit.errors import ValidationFailed
from clavilux_stage import SceneSpec, figure_of

from clavilux_references.domain.money import Offer
from clavilux_references.domain.picture import Picture, PictureRequest


def request_from(message: references_pb2.GenerateImageRequest) -> PictureRequest:
    """Read a request. Raises ValidationFailed, with the fields at fault."""
    subject = message.WhichOneof("subject")
    if subject is None:
        raise ValidationFailed("The picture cannot be made as asked.", fields={"subject": "is missing"})
    is_character = subject == "character"
    return PictureRequest(
        request_id=message.request_id,
        job_id=message.job_id,
        item=message.character.id if is_character else message.scene.id,
        scene=_plate_of(message.character, message.style) if is_character else _scene_of(message.scene, message.style),
        is_character=is_character,
        prompt=message.prompt,
        negative_prompt=message.negative_prompt,
        width_px=message.size.width_px,
        height_px=message.size.height_px,
        # Generators of random numbers take no negative seeds.
        seed=message.seed & (2**63 - 1),
        output_prefix=message.output_prefix,
        max_cost_micros=message.max_cost_micros,
    )


def response_to(picture: Picture) -> references_pb2.GenerateImageResponse:
    """Write an answer."""
    painting = picture.painting
    return references_pb2.GenerateImageResponse(
        image_key=picture.image_key,
        layers_key=picture.layers_key,
        provider=painting.provider,
        model=painting.model,
        attempts=painting.attempts,
        costs=[
            common_pb2.Cost(provider=cost.provider, model=cost.model, cost_micros=cost.cost_micros)
            for cost in painting.costs
        ],
        degradations=[
            common_pb2.Degradation(code=fallback.code, message=fallback.message, item=fallback.item)
            for fallback in painting.degradations
        ],
    )


def offers_to(offers: Iterable[Offer]) -> references_pb2.DescribeResponse:
    """Write the offers, the default first."""
    return references_pb2.DescribeResponse(
        offers=[_offer_to(offer, is_default=index == 0) for index, offer in enumerate(offers)]
    )


def _offer_to(offer: Offer, *, is_default: bool) -> common_pb2.Offer:
    return common_pb2.Offer(
        provider=offer.provider,
        model=offer.model,
        price=common_pb2.Price(
            per_item_micros=offer.price.per_item_micros, source=offer.price.source, read_on=offer.price.read_on
        ),
        aspect_ratios=offer.aspect_ratios,
        typical_s=offer.typical_s,
        takes_prompt=offer.takes_prompt,
        takes_image=offer.takes_image,
        is_default=is_default,
    )


def _scene_of(scene: picture_pb2.Scene, style: picture_pb2.Style) -> SceneSpec:
    return SceneSpec(
        description=scene.description,
        place=scene.place,
        time_of_day=_word(picture_pb2.TimeOfDay.items(), scene.time_of_day, "TIME_OF_DAY_"),
        weather=_word(picture_pb2.Weather.items(), scene.weather, "WEATHER_"),
        mood=scene.mood,
        palette=tuple(scene.palette or style.palette),
        light=_word(picture_pb2.Light.items(), scene.light or style.light, "LIGHT_"),
    )


def _plate_of(character: picture_pb2.Character, style: picture_pb2.Style) -> SceneSpec:
    """A portrait plate: the figure before a backdrop in the style's colours."""
    return SceneSpec(
        description=character.description,
        place="abstract",
        palette=tuple(style.palette),
        light=_word(picture_pb2.Light.items(), style.light, "LIGHT_"),
        figure=character.figure or figure_of(character.description) or "coat",
    )


def _word(words: Iterable[tuple[str, int]], value: int, prefix: str) -> str:
    """`TIME_OF_DAY_DUSK` as "dusk"; an unspecified value, or one of a later version, as ""."""
    name = {number: name for name, number in words}.get(value, "")
    word = name.removeprefix(prefix).lower()
    return "" if word == "unspecified" else word
