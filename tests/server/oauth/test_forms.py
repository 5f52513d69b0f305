"""The tokens of forms."""

from __future__ import annotations

from vklive.server.oauth.forms import Form, form_token, is_genuine


def test_a_token_is_of_one_browser_one_form_and_one_request():
    token = form_token("cookie", Form.DECISION, {"a": "1", "b": "2"})

    assert is_genuine(token, cookie="cookie", form=Form.DECISION, parameters={"b": "2", "a": "1"})
    assert not is_genuine(token, cookie="another", form=Form.DECISION, parameters={"a": "1", "b": "2"})
    assert not is_genuine(token, cookie="cookie", form=Form.SIGN_OUT, parameters={"a": "1", "b": "2"})
    assert not is_genuine(token, cookie="cookie", form=Form.DECISION, parameters={"a": "1", "b": "3"})
    assert not is_genuine(token, cookie="cookie", form=Form.DECISION, parameters={"a": "1b", "": "2"})


def test_without_a_cookie_there_is_no_token():
    assert not is_genuine(form_token("", Form.DECISION, {}), cookie="", form=Form.DECISION, parameters={})
    assert not is_genuine("", cookie="cookie", form=Form.DECISION, parameters={})


def test_the_cookie_is_not_in_the_token():
    assert "cookie" not in form_token("cookie", Form.SIGN_IN, {})
