import re

import pytest

from vklive.events import NICK_COLORS, nick_color


def test_there_are_sixteen_different_colours():
    assert len(set(NICK_COLORS)) == 16
    assert all(re.fullmatch("#[0-9A-F]{6}", color) for color in NICK_COLORS)


@pytest.mark.parametrize(("number", "color"), [(0, "#D66E34"), (2, "#1D90FF"), (5, "#E73629"), (15, "#A20BFF")])
def test_a_number_is_a_colour(number, color):
    assert nick_color(number) == color


@pytest.mark.parametrize("number", [-1, 16, 2**40])
def test_a_number_without_a_colour_gets_the_default(number):
    assert nick_color(number) == "#D66E34"
