"""What the tests of the DevAPI share."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def allowing(server):
    """Headers of a user who has allowed some scopes."""

    async def headers(user_id: int, *scopes) -> dict[str, str]:
        token = await server._store.issue_access_token(user_id=user_id, scopes=scopes)
        return {"Authorization": f"Bearer {token}"}

    return headers


@pytest.fixture
def refusal():
    """The status and the code of an answer that refuses, and has nothing else in it than it should."""

    def of(answer) -> tuple[int, str]:
        body = answer.json()
        assert set(body) == {"error", "error_description"}
        return answer.status_code, body["error"]

    return of
