"""What a penalty did to the codes: dead, half-way or alive."""

import pytest
from made_report import entry, kl, mmd, none

from mmdvae.conclusions import vitality


@pytest.mark.parametrize(
    ("variant", "state"),
    [
        (none(sliced_w2=11.0), "no penalty"),
        (mmd(0.1, kernel_state="saturated", sliced_w2=11.0), "too narrow"),
        (mmd(1e4, kernel_state="flat", sliced_w2=11.0), "too wide"),
        (mmd(1.0, kernel_state="live", sliced_w2=3.3), "half-way"),
        (mmd(1.0, kernel_state=("live", "saturated", "saturated"), sliced_w2=9.0), "half-way"),  # the seeds disagree
        (mmd(2.83, sliced_w2=(0.1, 0.1, 0.26)), "half-way"),  # near the prior only with every seed
        (mmd(2.83, sliced_w2=(0.1, 0.1, 0.25)), "alive"),
        (kl(sliced_w2=0.2), "alive"),
        (kl(sliced_w2=0.4), "half-way"),
        (mmd(2.83, sliced_w2=None), "not measured"),
        (mmd(2.83, sliced_w2=0.1, status="failed"), "not measured"),
    ],
)
def test_states_are_judged_by_what_became_of_the_codes(variant, state):
    assert vitality.of(variant) == state


def test_a_live_kernel_whose_codes_are_far_away_is_not_alive():
    wide = mmd(1.0, kernel_state="live", kernel_live_share=0.097, total_variance=102.0, sliced_w2=3.3)
    assert vitality.alive([wide, mmd(2.83, sliced_w2=0.1)]) == [mmd(2.83, sliced_w2=0.1)]


def test_untouched_are_no_penalty_and_dead_kernels_whose_codes_have_any_scale():
    free = none(sliced_w2=11.0)
    dead = mmd(0.1, kernel_state="saturated", sliced_w2=11.0)
    others = [
        entry(
            "none-bn", regularizer="none", kernel=None, alpha=0.0, normalised=True, kernel_state="off", sliced_w2=0.2
        ),
        mmd(2.83, sliced_w2=0.1),
        mmd(1e4, kernel_state="flat", sliced_w2=11.0, status="failed"),
    ]
    assert vitality.untouched([free, dead, *others]) == [free, dead]
