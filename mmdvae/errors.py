"""The one error that means "your input", as opposed to "our bug"."""


class InputError(ValueError):
    """Something the user gave is wrong; the message names it, the rule, the value and the choices.

    The command line turns it into one line and exit code 2; everything else is a defect and keeps its traceback.
    """
