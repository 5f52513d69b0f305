"""What became of every event: was it heard, or was it told that it may be missing?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

GAP = None
"""Stands in what a consumer heard, where it was told that something may be missing."""


@dataclass
class Account:
    """Of one topic.

    Attributes:
        published: how many events the server has taken.
        delivered: how many of them were heard.
        covered: how many were not heard, and lie in a hole that was told.
        lost: the others: nobody told.
        repeated: what was heard twice, or too late.
        gaps: how many holes were told.
    """

    published: int = 0
    delivered: int = 0
    covered: int = 0
    lost: list[int] = field(default_factory=list)
    repeated: list[int] = field(default_factory=list)
    gaps: int = 0

    @property
    def is_settled(self) -> bool:
        """Whether everything is accounted for."""
        return not self.lost and not self.repeated


def settle(published: Sequence[int], heard: Sequence[int | None]) -> Account:
    """Settle the account of one topic.

    Args:
        published: the numbers that the server has taken, which grow. One that it may have taken before it died is not
            among them, and may be heard all the same.
        heard: numbers and `GAP`, in the order in which the consumer was given them. What was published before the first
            of them is nobody's.
    """
    account = Account(gaps=sum(each is GAP for each in heard))
    last: int | None = None
    told = False
    numbers = {each for each in heard if each is not None}
    for each in heard:
        if each is None:
            told = True
            continue
        if last is not None and each <= last:
            account.repeated.append(each)
            continue
        if last is not None:
            missing = [number for number in published if last < number < each and number not in numbers]
            if told:
                account.covered += len(missing)
            else:
                account.lost += missing
        last, told = each, False
    begun = [number for number in published if heard and last is not None and number >= min(numbers)]
    account.published = len(begun)
    account.delivered = sum(number in numbers for number in begun)
    behind = [number for number in published if last is None or number > last]
    if told:
        account.covered += len(behind)
    else:
        account.lost += behind
    return account


def table(accounts: Mapping[str, Account], *, reconnects: int) -> str:
    """The account as lines for people."""
    rows = {name: [getattr(each, name) for each in accounts.values()] for name in ("published", "delivered", "covered")}
    rows["gaps"] = [each.gaps for each in accounts.values()]
    rows["lost"] = [len(each.lost) for each in accounts.values()]
    rows["repeated"] = [len(each.repeated) for each in accounts.values()]
    rows["reconnects"] = [reconnects]
    head = f"{'':14}" + "".join(f"{topic:>10}" for topic in accounts)
    return "\n".join([head, *(f"{name:14}" + "".join(f"{one:>10}" for one in row) for name, row in rows.items())])
