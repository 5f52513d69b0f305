"""Scopes as they are asked for, stored and told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vklive.devapi.scopes import Scope
from vklive.server.oauth.errors import OAuthError
from vklive.server.oauth.scopes import asked_for, in_order, of_column, stored

SCOPES = st.frozensets(st.sampled_from(list(Scope)))


@given(SCOPES)
def test_scopes_are_the_same_when_they_come_back(scopes):
    assert asked_for(",".join(scopes)) == scopes
    assert of_column(stored(scopes)) == scopes
    assert frozenset(in_order(scopes)) == scopes


def test_a_scope_of_another_version_is_good_for_nothing():
    assert of_column("channel:everything chat:settings") == {Scope.CHAT_SETTINGS}


@pytest.mark.parametrize("text", ["everything", "Chat:settings", "chat:settings ", "chat:settings;channel:roles"])
def test_what_is_no_scope_is_refused_and_not_repeated(text):
    with pytest.raises(OAuthError) as caught:
        asked_for(text)
    assert "everything" not in str(caught.value)


def test_who_separates_with_spaces_is_told():
    with pytest.raises(OAuthError, match="commas"):
        asked_for("chat:settings channel:roles")
