"""What the pages of OAuth say, in English and in Russian."""

# ruff: noqa: RUF001 - Russian is written in letters that look like others

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

from vklive.devapi.scopes import Scope
from vklive.server.oauth.errors import Problem


class Words(Struct, frozen=True, kw_only=True):
    """Everything that is said in one language. What is in braces is filled in."""

    language: str
    wants_access: str
    it_will: str
    only_public: str
    webhooks: str
    goes_to: str
    signed_in_as: str
    not_you: str
    allow: str
    deny: str
    sign_in: str
    sign_in_to_go_on: str
    name: str
    name_hint: str
    password: str
    wrong_password: str
    too_many: str
    cannot_go_on: str
    start_again: str
    scopes: Mapping[Scope, str]
    problems: Mapping[Problem, str]


ENGLISH = Words(
    language="en",
    wants_access="{name} asks for access to your account",
    it_will="It will be able to:",
    only_public="It asks for nothing but to know who you are: your name, picture and channel.",
    webhooks="Tell it of events of my channel, also when I am away",
    goes_to="Either way you will be sent to {host}",
    signed_in_as="You are signed in as",
    not_you="Not you? Use another account",
    allow="Allow",
    deny="Deny",
    sign_in="Sign in",
    sign_in_to_go_on="Sign in to go on to {name}",
    name="Nick or ID",
    name_hint="Use your ID if others have the same nick.",
    password="Password",  # noqa: S106 - the label of a field
    wrong_password="This nick and this password do not belong together.",  # noqa: S106 - a sentence
    too_many="That were too many tries. Try again in {minutes} min.",
    cannot_go_on="This cannot go on",
    start_again="Start again",
    scopes={
        Scope.CHANNEL_CREDENTIALS: "see your stream key, with which anybody can stream to your channel",
        Scope.CHANNEL_STREAM_SETTINGS: "change title, category and planned time of your stream",
        Scope.CHANNEL_ROLES: "see the roles of your channel and give them to viewers",
        Scope.CHANNEL_POINTS: "see your channel points and spend them on rewards",
        Scope.CHANNEL_POINTS_REWARDS: "create, change and delete the rewards of your channel",
        Scope.CHANNEL_POINTS_REWARDS_DEMANDS: "see, accept and reject the rewards that viewers have asked for",
        Scope.CHAT_SETTINGS: "see and change the settings of your chat",
        Scope.CHAT_MESSAGE_SEND: "write in chats in your name",
    },
    problems={
        Problem.REPEATED: "The address that brought you here says something twice. The application has to correct it.",
        Problem.NO_CLIENT: "The address that brought you here names no application (client_id).",
        Problem.UNKNOWN_CLIENT: "The application that sent you here is not known (client_id).",
        Problem.NO_REDIRECT_URI: "The application did not say where to send you back to (redirect_uri).",
        Problem.UNKNOWN_REDIRECT_URI: "The application wants you to be sent to an address that it has not registered "
        "(redirect_uri). You stay here, as that address may be somebody else's.",
        Problem.UNREADABLE: "The address that brought you here cannot be read, or is too long.",
        Problem.STALE_FORM: "This page was open for too long, or somebody else has signed in meanwhile.",
        Problem.UNAVAILABLE: "The service is busy. Try again in a moment.",
    },
)

RUSSIAN = Words(
    language="ru",
    wants_access="{name} запрашивает доступ к вашему аккаунту",
    it_will="Приложение сможет:",
    only_public="Приложение узнает только, кто вы: имя, аватар и канал.",
    webhooks="Сообщать приложению о событиях моего канала, даже когда меня нет",
    goes_to="В любом случае вы перейдёте на {host}",
    signed_in_as="Вы вошли как",
    not_you="Это не вы? Войти в другой аккаунт",
    allow="Разрешить",
    deny="Отказать",
    sign_in="Войти",
    sign_in_to_go_on="Войдите, чтобы продолжить в {name}",
    name="Ник или ID",
    name_hint="Если ваш ник есть и у других, введите ID.",
    password="Пароль",  # noqa: S106 - the label of a field
    wrong_password="Неверный ник или пароль.",  # noqa: S106 - a sentence
    too_many="Слишком много попыток. Попробуйте снова через {minutes} мин.",
    cannot_go_on="Продолжить нельзя",
    start_again="Начать заново",
    scopes={
        Scope.CHANNEL_CREDENTIALS: "видеть ключ трансляции, с которым любой может вести эфир на вашем канале",
        Scope.CHANNEL_STREAM_SETTINGS: "менять название, категорию и время начала трансляции",
        Scope.CHANNEL_ROLES: "видеть роли вашего канала и выдавать их зрителям",
        Scope.CHANNEL_POINTS: "видеть ваши баллы каналов и тратить их на награды",
        Scope.CHANNEL_POINTS_REWARDS: "создавать, менять и удалять награды вашего канала",
        Scope.CHANNEL_POINTS_REWARDS_DEMANDS: "видеть, принимать и отклонять запросы наград от зрителей",
        Scope.CHAT_SETTINGS: "видеть и менять настройки вашего чата",
        Scope.CHAT_MESSAGE_SEND: "писать в чатах от вашего имени",
    },
    problems={
        Problem.REPEATED: "В адресе, по которому вы пришли, что-то указано дважды. Это должен исправить автор "
        "приложения.",
        Problem.NO_CLIENT: "В адресе, по которому вы пришли, не указано приложение (client_id).",
        Problem.UNKNOWN_CLIENT: "Приложение, которое вас сюда направило, неизвестно (client_id).",
        Problem.NO_REDIRECT_URI: "Приложение не указало, куда вас вернуть (redirect_uri).",
        Problem.UNKNOWN_REDIRECT_URI: "Приложение хочет отправить вас на адрес, которого нет среди "
        "зарегистрированных (redirect_uri). Вы остаётесь здесь: этот адрес может быть чужим.",
        Problem.UNREADABLE: "Адрес, по которому вы пришли, не читается или слишком длинный.",
        Problem.STALE_FORM: "Страница была открыта слишком долго, или за это время вошёл кто-то другой.",
        Problem.UNAVAILABLE: "Сервис занят. Попробуйте через минуту.",
    },
)

MAX_LENGTH = 1000
"""Characters of the header that are read."""


def words_for(accept_language: str) -> Words:
    """The words in the language that a browser likes best; English when it likes neither.

    Args:
        accept_language: the header (RFC 9110, 12.5.4); what is wrong in it is passed over.
    """
    best, liked = ENGLISH, 0.0
    for entry in accept_language[:MAX_LENGTH].split(","):
        tag, _, weight = entry.partition(";")
        language = tag.strip().lower().partition("-")[0]
        words = _BY_LANGUAGE.get(language)
        if words is None:
            continue
        quality = _quality(weight)
        if quality > liked:
            best, liked = words, quality
    return best


def _quality(weight: str) -> float:
    found = _WEIGHT.fullmatch(weight.strip())
    return 0.0 if found is None else float(found[1] or 1)


_WEIGHT = re.compile(r"(?:q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?", re.IGNORECASE)

_BY_LANGUAGE = {"en": ENGLISH, "ru": RUSSIAN}
