"""Errors that are not defects of the program, and how text from outside is made safe to print."""


class InputError(ValueError):
    """Something the user gave is wrong; the message names it, the rule, the value and the choices, in one line.

    The command line prints that line and exits with code 2; any other exception is a defect and keeps its traceback.
    """

    def __str__(self) -> str:
        return shown(super().__str__())


class VariantFailed(RuntimeError):
    """Raised with --strict when a variant fails; it ends the comparison."""


def shown(text: str) -> str:
    """Text from outside as one line of UTF-8 without control characters, safe for a terminal or a log.

    Bytes of file names that are not valid UTF-8 become U+FFFD, control characters become spaces.
    """
    try:
        raw = text.encode(errors="surrogateescape")
    except UnicodeEncodeError:  # a lone surrogate that stands for no byte, out of a JSON file
        raw = text.encode(errors="replace")
    decoded = raw.decode(errors="replace")
    return "".join(character if character.isprintable() else " " for character in decoded)
