"""What a docstring says, for those who read schemas."""

import pytest

from vklive.events import Author, ChatMessageSent, registered
from vklive.schema.docstrings import attributes, description, summary


class Tea:
    """A drink. It is
    hot.

    Two `kinds`. Source: a book
    with 1.2 pages.

    Attributes:
        kind: which one; there are
            many.
        sugar: spoons: none or more.

    Raises:
        ValueError: it is cold.
    """


class GreenTea(Tea):
    """The better one.

    Attributes:
        sugar: none.
    """


def test_a_description_is_the_text_without_the_sections():
    assert description(Tea) == "A drink. It is hot.\n\nTwo `kinds`."


def test_a_summary_is_the_first_line():
    assert summary(GreenTea) == "The better one"


def test_attributes_are_told_with_those_of_the_bases():
    assert attributes(Tea) == {"kind": "which one; there are many.", "sugar": "spoons: none or more."}
    assert attributes(GreenTea) == {"kind": "which one; there are many.", "sugar": "none."}


def test_who_says_nothing_of_themselves_says_nothing():
    class Silent(Tea):
        pass

    assert (description(Silent), summary(Silent)) == ("", "")


@pytest.mark.parametrize("cls", [*registered().values(), Author])
def test_all_of_ours_say_something(cls):
    assert summary(cls)
    assert description(cls)


def test_an_author_is_a_user_too():
    assert "the name that people see." in attributes(Author)["nick"]
    assert "Attributes" not in description(ChatMessageSent)
