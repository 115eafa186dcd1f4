"""Text from outside, as a terminal and a log may see it."""

import pytest

from mmdvae.errors import InputError, shown


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("caf\udce9", "caf\ufffd"),  # a byte of a file's name that is no UTF-8
        ("\ud800 alone", "? alone"),  # a surrogate that stands for no byte, as JSON can carry one
        ("one\ntwo\x1b[31m", "one two [31m"),
    ],
)
def test_what_no_terminal_may_see_is_replaced(text, seen):
    assert shown(text) == seen
    assert str(InputError(text)) == seen
    seen.encode()
