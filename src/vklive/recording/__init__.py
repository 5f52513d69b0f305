"""What was heard, in a file: to replay it, to infer from it, to share it.

A recording is JSON Lines. `vklive.recording.lines` says what is in a line, `vklive.recording.secrets` what is never
in one.
"""
