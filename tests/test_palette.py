"""Colours told apart by readers with red-green blindness, worked out, not believed."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from greenmap.draw import palette

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
SIGHT = {
    "usual": np.eye(3),
    "deuteranopia": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                              [-0.011820, 0.042940, 0.968881]]),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                            [-0.003882, -0.048116, 1.051998]]),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.9505, 1.0, 1.089])


def lab(colour: str, sight: str) -> np.ndarray:
    """CIE Lab (D65) of a colour as someone sees it."""
    rgb = np.array([int(colour[n:n + 2], 16) for n in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(SIGHT[sight] @ linear, 0, 1) / WHITE
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def distance(one: str, other: str, sight: str) -> float:
    return float(np.linalg.norm(lab(one, sight) - lab(other, sight)))


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("colours", [palette.SHARE_COLOURS, palette.HOME_COLOURS,
                                     palette.band_colours(3)])
def test_classes_are_told_apart(colours, sight):
    # 2.3 is just noticeable side by side; ten times that survives being looked up in a legend.
    # Bands lie inside each other and have an outline as well.
    least = 12 if colours == palette.band_colours(3) else 23
    for one, other in itertools.combinations(colours, 2):
        assert distance(one, other, sight) > least, (one, other)


@pytest.mark.parametrize("sight", SIGHT)
def test_signs_of_one_shape_are_told_apart_by_colour(sight):
    for (s1, c1), (s2, c2) in itertools.combinations(palette.SIGNS.values(), 2):
        assert s1 != s2 or distance(c1, c2, sight) > 23, (s1, c1, c2)


def test_every_group_has_its_own_sign():
    assert len(set(palette.SIGNS.values())) == len(palette.SIGNS)


def test_darkness_falls_from_the_shortest_band_on():
    for count in range(1, 8):
        lightness = [lab(colour, "usual")[0] for colour in palette.band_colours(count)]
        assert len(lightness) == count
        assert lightness == sorted(lightness)


def test_a_break_belongs_to_the_better_class():
    # 0.8 and 0.9 are shares that are asked for: who reaches them must not look as if below.
    assert [palette.share_class(s) for s in (0.0, 0.4, 0.6, 0.8, 0.9, 1.0)] == [0, 1, 2, 3, 4, 4]
    assert palette.share_class(0.8999) == 3
    assert palette.walk_classes(np.array([5.0, 5.000001]), limit=5).tolist() == [1, 2]
