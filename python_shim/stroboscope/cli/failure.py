"""How a command ends: exit codes, and the one exception that carries a message for people."""

from __future__ import annotations

OK = 0
NOTHING_CAPTURED = 1
WRONG_USE = 2
NO_HUB = 3


class Failure(Exception):
    """Ends the command: `exit_code`, and `message` (what happened) and `next_step` (what to do) on stderr."""

    def __init__(self, exit_code: int, message: str, next_step: str = "") -> None:
        super().__init__(message)
        self.exit_code = exit_code
        self.message = message
        self.next_step = next_step


class Interrupted(BaseException):
    """A signal asked the command to end. Not an Exception, so that no handler of errors swallows it."""

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.signum = signum

    @property
    def exit_code(self) -> int:
        """What a shell reports for a process that this signal ended."""
        return 128 + self.signum
