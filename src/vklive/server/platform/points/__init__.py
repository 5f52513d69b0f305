"""Channel points: what somebody has, the rewards to be had for them, and the demands for those (vk.md 2.10, 4.1.3).

No official copy of these methods is archived, and a consumer's codes for them (``insufficient_points``,
``reward_limit_reached`` and others) are guesses. Only documented codes are used here: ``not_found`` for what is not
there, ``forbidden`` for what is not one's own, and ``unprocessable_entity``, with words that say which rule it was,
for what a rule does not allow. A cool-down is no ``ratelimit_exceeded``, since it says nothing about how often the
program asks, and clients that read it so would stop asking anything.
"""
