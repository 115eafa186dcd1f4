"""Numbers as text."""

from reports.text import fixed, significant


def test_numbers_are_written_with_a_true_minus_and_without_a_negative_zero():
    assert fixed(-0.00123, 4) == "−0.0012"
    assert fixed(-0.00001, 4) == "0.0000"
    assert [significant(value) for value in (623.4, 8.0, 0.02134, -0.5, 0, None)] == [
        "623", "8.00", "0.0213", "−0.500", "0", "–",
    ]  # fmt: skip
