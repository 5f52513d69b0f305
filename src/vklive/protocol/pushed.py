"""A push on its way to many connections."""

from __future__ import annotations

from vklive.errors import InappropriatePayloadError
from vklive.protocol.formats import Format
from vklive.protocol.messages import Push, Reply


class Pushed:
    """A push that is encoded once for each format, whoever it goes to: all are given the same bytes.

    Args:
        push: what is said.
        epoch: of the history that a publication with an offset belongs to.
    """

    __slots__ = ("_encoded", "_push", "epoch", "offset")

    def __init__(self, push: Push, *, epoch: str = "") -> None:
        self._push = push
        self._encoded: dict[Format, bytes | None] = {}
        self.epoch = epoch
        self.offset = 0 if push.pub is None else push.pub.offset

    def encoded(self, form: Format) -> bytes | None:
        """The message; `None` when this format cannot carry the payload."""
        try:
            return self._encoded[form]
        except KeyError:
            return self._encode(form)

    def _encode(self, form: Format) -> bytes | None:
        message: bytes | None
        try:
            message = form.encode_reply(Reply(push=self._push))
        except InappropriatePayloadError:
            message = None
        self._encoded[form] = message
        return message
