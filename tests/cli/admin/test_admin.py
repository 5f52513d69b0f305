"""What an operator does by hand, and that the server takes it for what it is."""

from __future__ import annotations

import asyncio
import json

import pytest
from sqlalchemy import select

from vklive.cli.exit_codes import ExitCode
from vklive.clock import SystemClock
from vklive.server.directory import Application, User
from vklive.server.oauth.authorizing import Authorizing
from vklive.server.oauth.granting import Granting
from vklive.server.settings import OAuthSettings
from vklive.server.store import Store
from vklive.server.store.passwords import is_password
from vklive.server.store.tables import ApplicationRow, ChatMessageRow, UserRow


@pytest.fixture
def database(tmp_path):
    return f"sqlite+aiosqlite:///{tmp_path / 'vklive.sqlite3'}"


@pytest.fixture
def admin(vklive, database):
    """Calls ``vklive admin``; gives what it says, as JSON where it is asked for."""

    def call(*arguments: str, stdin: str | None = None):
        done = vklive("admin", *arguments, environ={"VKLIVE_DATABASE_URL": database}, stdin=stdin)
        assert done.exit_code == ExitCode.ENDED, done.output
        return json.loads(done.stdout) if "--json" in arguments else done.stdout

    return call


@pytest.fixture
def refused(vklive, database):
    """Calls it for nothing; gives why."""

    def call(*arguments: str, stdin: str | None = None) -> str:
        done = vklive("admin", *arguments, environ={"VKLIVE_DATABASE_URL": database}, stdin=stdin)
        assert (done.exit_code, done.stdout) == (ExitCode.USAGE, "")
        said: str = done.stderr
        return said

    return call


def on_store(database, work):
    """Do something on the store, as a server does."""

    async def run():
        async with Store(database, clock=SystemClock()) as store:
            return await work(store)

    return asyncio.run(run())


def row_of(database, table, id_):
    async def find(store):
        async with store.database.reading() as session:
            return await session.get(table, id_)

    return on_store(database, find)


def test_users_are_created_under_the_next_id_or_a_given_one(admin):
    assert admin("users", "create", "--nick", "Anna", "--json") == {"id": 1}
    assert admin("users", "create", "--nick", "Борис", "--id", "7", "--verified-streamer", "--json") == {"id": 7}
    assert admin("users", "create", "--nick", "Anna", "--json") == {"id": 8}
    assert [(user["id"], user["nick"]) for user in admin("users", "list", "--json")] == [
        (1, "Anna"),
        (7, "Борис"),
        (8, "Anna"),
    ]
    shown = admin("users", "show", "7", "--json")
    assert shown == {"id": 7, "nick": "Борис", "has_password": False, "is_verified_streamer": True}


def test_a_password_comes_from_a_pipe_and_is_stored_hashed(admin, database):
    admin("users", "create", "--nick", "Anna", "--password", stdin="anna at home\n")
    assert is_password("anna at home", row_of(database, UserRow, 1).password_hash)
    assert admin("users", "show", "1", "--json")["has_password"]
    admin("users", "password", "1", stdin="anna elsewhere\n")
    assert is_password("anna elsewhere", row_of(database, UserRow, 1).password_hash)


def test_what_is_told_to_people_is_a_line_each_and_plays_no_tricks(admin):
    admin("users", "create", "--nick", "An\x1b[2Jna")
    admin("users", "create", "--nick", "Boris")
    lines = admin("users", "list").splitlines()

    assert lines[0].split() == ["id", "nick", "has_password", "is_verified_streamer"]
    assert lines[1].split() == ["1", "An\\x1b[2Jna", "no", "no"]
    assert lines[2].split() == ["2", "Boris", "no", "no"]
    assert "nick                  Boris\n" in admin("users", "show", "2")


def test_an_application_gets_secrets_that_are_shown_once_and_open_the_server(admin, database):
    made = admin(
        *("applications", "create", "--name", "Bot", "--redirect-uri", "http://127.0.0.1:8914/", "--redirect-uri"),
        *("https://bot.example/", "--webhook-url", "https://bot.example/events", "--webhook-event"),
        *("channel_follow_create", "--json"),
    )
    assert set(made) == {"id", "client_id", "client_secret", "webhook_key"}

    async def known(store):
        return await store.application(made["client_id"], made["client_secret"])

    assert on_store(database, known) == Application(id=1, name="Bot")
    shown = admin("applications", "show", "1", "--json")
    assert shown["redirect_uris"] == ["http://127.0.0.1:8914/", "https://bot.example/"]
    assert shown["webhook_events"] == ["channel_follow_create"]
    said = admin("applications", "show", "1") + admin("applications", "list") + json.dumps(shown)
    for secret in (made["client_secret"], made["webhook_key"], row_of(database, ApplicationRow, 1).secret_hash):
        assert secret not in said
    assert set(admin("applications", "create", "--client-id", "other", "--json")) == {
        "id",
        "client_id",
        "client_secret",
    }


def test_channels_are_created_and_deleted_with_their_owner(admin):
    admin("users", "create", "--nick", "Anna")
    assert admin("channels", "create", "--url", "https://live.vkvideo.ru/Anna", "--owner", "1", "--json") == {"id": 1}
    shown = admin("channels", "show", "1", "--json")
    assert (shown["url"], shown["owner"], shown["nick"]) == ("anna", 1, "")
    admin("users", "delete", "1")
    assert admin("channels", "list", "--json") == []
    assert admin("channels", "list") == ""


def test_private_messages_go_with_the_user_whose_they_are(admin, database):
    for nick in ("owner", "Anna"):
        admin("users", "create", "--nick", nick)
    admin("channels", "create", "--url", "streamer", "--owner", "1")

    async def keep_messages(store):
        now = store.database.now()
        async with store.database.writing() as session:
            for number, recipient in ((1, 2), (2, 1), (3, None)):
                row = {"channel_id": 1, "id": number, "author_id": 1, "recipient_id": recipient}
                session.add(ChatMessageRow(**row, body="{}", created_at=now))

    async def messages(store):
        async with store.database.reading() as session:
            return sorted(await session.scalars(select(ChatMessageRow.id)))

    on_store(database, keep_messages)
    admin("users", "delete", "2")

    assert on_store(database, messages) == [2, 3]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("users", "create", "--nick", "A", "--id", "1"), "there is one with the id 1 already"),
        (("users", "create", "--nick", "x" * 256), "nick"),
        (("users", "create", "--nick", "A", "--password"), "password"),
        (("users", "show", "9"), "there is none with the id 9"),
        (("users", "delete", "9"), "there is none with the id 9"),
        (("users", "password", "9"), "8 to 1024"),
        (("channels", "create", "--url", "a", "--owner", "9"), "it contradicts"),
        (("channels", "create", "--url", "/", "--owner", "1"), "is no url"),
        (("channels", "delete", "9"), "there is none"),
        (("applications", "create", "--redirect-uri", "javascript:1"), "redirect_uri"),
        (("applications", "create", "--client-id", "a:b"), "client_id"),
        (("tokens", "revoke", "0123"), "there is none"),
        (("tokens", "show", "0123"), "there is none"),
        (("grants", "delete", "--user", "1", "--application", "2"), "nothing"),
    ],
)
def test_what_cannot_be_is_told_in_a_line_and_changes_nothing(admin, refused, arguments, said):
    admin("users", "create", "--nick", "Anna")
    error = refused(*arguments, stdin="short\n")

    assert said in error
    assert error.count("\n") == 1
    assert "short" not in error
    assert [user["nick"] for user in admin("users", "list", "--json")] == ["Anna"]


@pytest.fixture
def tokens(admin, database):
    """Anna has allowed the bot something, and it has used that; gives the tokens."""
    admin("users", "create", "--nick", "Anna")
    admin("applications", "create", "--client-id", "bot", "--redirect-uri", "https://bot.example/")

    async def allow(store):
        authorizing = Authorizing(store.database, OAuthSettings())
        asked = await authorizing.read(
            [("client_id", "bot"), ("redirect_uri", "https://bot.example/"), ("scope", "chat:settings")]
        )
        location = await authorizing.allow(asked, User(id=1, nick="Anna"), webhooks=None)
        form = {"grant_type": "authorization_code", "redirect_uri": "https://bot.example/"}
        form["code"] = location.partition("code=")[2]
        return await Granting(store, OAuthSettings()).tokens(Application(id=1, name="bot"), form)

    return on_store(database, allow)


def bearer_of(database, token):
    return on_store(database, lambda store: store.bearer(token))


def test_tokens_are_listed_without_what_they_are(admin, tokens, vklive, database):
    own = vklive("token", "access", "--user", "1", environ={"VKLIVE_DATABASE_URL": database}).stdout.strip()
    listed = admin("tokens", "list", "--json")

    assert sorted((token["kind"], token["application"]) for token in listed if token["application"]) == [
        ("access", 1),
        ("refresh", 1),
    ]
    assert all(token["is_good"] and token["user"] == 1 for token in listed)
    said = json.dumps(listed) + admin("tokens", "list")
    for secret in (own, tokens.access_token, tokens.refresh_token):
        assert secret not in said
    assert len(admin("tokens", "list", "--application", "1", "--json")) == 2
    assert len(admin("tokens", "list", "--user", "1", "--json")) == 3
    assert admin("tokens", "list", "--user", "2", "--json") == []
    assert admin("tokens", "show", listed[0]["id"], "--json") == listed[0]


@pytest.mark.parametrize("kind", ["access", "refresh"])
def test_a_revoked_token_is_good_for_nothing(admin, tokens, database, kind):
    (token,) = (token for token in admin("tokens", "list", "--json") if token["kind"] == kind)
    assert bearer_of(database, tokens.access_token) is not None
    admin("tokens", "revoke", token["id"])

    assert bearer_of(database, tokens.access_token) is None
    assert [each["is_good"] for each in admin("tokens", "list", "--json")].count(False) == (
        1 if kind == "access" else 2
    )


def test_a_grant_is_taken_back_with_its_tokens(admin, tokens, database):
    (grant,) = admin("grants", "list", "--json")
    assert (grant["user"], grant["application"], grant["scopes"]) == (1, 1, ["chat:settings"])
    admin("grants", "delete", "--user", "1", "--application", "1")

    assert admin("grants", "list", "--json") == []
    assert bearer_of(database, tokens.access_token) is None


def test_an_application_takes_the_tokens_with_it_that_users_gave_it(admin, tokens, database):
    admin("applications", "delete", "1")

    assert bearer_of(database, tokens.access_token) is None
    assert admin("tokens", "list", "--json") == []
