"""Numbers as text."""

import pytest

from reports import text
from reports.text import fixed, significant


def test_numbers_are_written_with_a_true_minus_and_without_a_negative_zero():
    assert fixed(-0.00123, 4) == "−0.0012"
    assert fixed(-0.00001, 4) == "0.0000"
    assert [significant(value) for value in (623.4, 8.0, 0.02134, -0.5, 0, None)] == [
        "623", "8.00", "0.0213", "−0.500", "0", "–",
    ]  # fmt: skip


@pytest.mark.parametrize("iso", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "yesterday", ""])
def test_a_date_that_is_none_in_utc_stays_as_it_is(iso):
    assert text.moment(iso) == iso


def test_a_change_has_its_sign_unless_it_rounds_to_none():
    shares = (0.001, -0.0144, 0.1524, 0.0996, 0.0, -0.0004, 0.02)
    shown = ["+0.1", "−1.4", "+15", "+10", "0", "0", "+2"]
    assert [text.change(share) for share in shares] == [f"{number}\u00a0%" for number in shown]
