"""The painter: layered scenes, palettes and cameras that references and video share."""

from clavilux_stage.animator import Animator
from clavilux_stage.layers import Lamp, Layer, LayeredScene, Stand, from_flat
from clavilux_stage.painter import paint
from clavilux_stage.people import peopled
from clavilux_stage.spec import FIGURES, FRAMINGS, LIGHTS, MOVES, TIMES, WEATHERS, AngleSpec, BeatSpec, SceneSpec
from clavilux_stage.warming import warm
from clavilux_stage.words import KINDS, figure_of, kind_of

__all__ = [
    "FIGURES",
    "FRAMINGS",
    "KINDS",
    "LIGHTS",
    "MOVES",
    "TIMES",
    "WEATHERS",
    "AngleSpec",
    "Animator",
    "BeatSpec",
    "Lamp",
    "Layer",
    "LayeredScene",
    "SceneSpec",
    "Stand",
    "figure_of",
    "from_flat",
    "kind_of",
    "paint",
    "peopled",
    "warm",
]
