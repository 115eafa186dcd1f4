"""The errors that are not our bugs, and how names that come from outside are told."""


class InputError(ValueError):
    """Something the user gave is wrong; the message names it, the rule, the value and the choices, in one line.

    The command line turns it into that line and exit code 2; everything else is a defect and keeps its traceback.
    """

    def __str__(self) -> str:
        return shown(super().__str__())


class VariantFailed(RuntimeError):
    """With --strict, the first variant that fails ends the comparison."""


def shown(text: str) -> str:
    """Text from outside for a terminal or a log: one line of UTF-8, with nothing in it that a terminal obeys.

    Bytes of a file's name that are no UTF-8 are U+FFFD, control characters are spaces.
    """
    decoded = text.encode(errors="surrogateescape").decode(errors="replace")
    return "".join(character if character.isprintable() else " " for character in decoded)
