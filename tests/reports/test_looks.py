"""How variants are shown: names in words, their order, one sign and one colour each."""

import pytest
from colorspacious import cspace_convert
from fake_run import FakeVariant
from made_report import entry, kl, mmd, none
from matplotlib.colors import to_rgb

from reports import looks

PLAIN = none(sliced_w2=11.0)
NORMALISED = entry("none-bn", regularizer="none", kernel=None, alpha=0.0, normalised=True, sliced_w2=0.2)
IMQ = entry("imq-a0.6", kernel="imq", sliced_w2=0.1)


def test_names_are_settings_in_words():
    found = looks.of([PLAIN, mmd(10_000.0, sliced_w2=0.1), IMQ, kl(sliced_w2=0.2), NORMALISED])
    assert {one.id: (one.label, one.detail, one.title) for one in found.values()} == {
        "none": ("no penalty", "", "no penalty"),
        "mmd-a0.6-s10000": ("σ\u00a010,000", "α\u00a00.6", "α\u00a00.6, σ\u00a010,000"),
        "imq-a0.6": ("seven scales", "α\u00a00.6", "α\u00a00.6, seven scales"),
        "kl-a0.5": ("KL", "α\u00a00.5", "α\u00a00.5, KL"),
        "none-bn": ("no penalty", "normalised codes", "no penalty, normalised codes"),
    }


def test_the_order_is_no_penalty_then_sigmas_then_other_penalties_then_normalised_codes():
    variants = [NORMALISED, kl(sliced_w2=0.2), IMQ, mmd(5.0, 0.9), mmd(5.0, 0.2), mmd(1.0), PLAIN]
    assert list(looks.of(variants)) == [
        "none", "mmd-a0.6-s1", "mmd-a0.2-s5", "mmd-a0.9-s5", "imq-a0.6", "kl-a0.5", "none-bn",
    ]  # fmt: skip


def test_alive_variants_of_one_alpha_share_a_hue_and_all_others_have_the_colour_of_their_state():
    variants = [
        PLAIN,
        mmd(0.1, kernel_state="saturated", sliced_w2=11.0),
        mmd(1e4, 0.2, kernel_state="flat", sliced_w2=11.0),
        mmd(1.0, sliced_w2=3.0),
        mmd(2.83, sliced_w2=0.1),
        mmd(5.66, sliced_w2=0.1),
        mmd(2.83, 0.2, sliced_w2=0.1),
        kl(sliced_w2=0.2),
    ]
    kinds = {one.id: one.kind for one in looks.of(variants).values()}
    assert kinds == {
        "none": "none",
        "mmd-a0.6-s0.1": "dead",
        "mmd-a0.2-s10000": "dead",
        "mmd-a0.6-s1": "half",
        "mmd-a0.6-s2.83": "a1",
        "mmd-a0.6-s5.66": "a1",
        "mmd-a0.2-s2.83": "a0",
        "kl-a0.5": "a2",  # alphas of Gaussian kernels have the first hues
    }


def test_a_variant_that_did_not_finish_says_so_and_not_its_state():
    (failed,) = looks.of([mmd(2.0, status="diverged")]).values()
    assert (failed.word, failed.sign) == ("diverged", "!")


def test_ids_in_sentences_become_names_and_nothing_else_does():
    seen = looks.of([PLAIN, mmd(1.0), mmd(1.5), entry("none-bn", regularizer="none", kernel=None, normalised=True)])
    words = "mmd-a0.6-s1 over none: 0.3; mmd-a0.6-s1.5, none-bn, mmd-a0.6-s10, nonesuch, mmd-a0.6-s1-x."
    assert looks.spelled(words, seen) == (
        "α\u00a00.6, σ\u00a01 over no penalty: 0.3; α\u00a00.6, σ\u00a01.5, no penalty, normalised codes, "
        "mmd-a0.6-s10, nonesuch, mmd-a0.6-s1-x."
    )
    assert looks.spelled("mmd-a0.6-s1.", seen) == "α\u00a00.6, σ\u00a01."
    assert looks.spelled("none", {}) == "none"


def test_settings_of_several_variants_are_told_in_few_words():
    grid = [mmd(sigma, alpha) for alpha in (0.2, 0.6) for sigma in (5.66, 2.83)]
    assert looks.settings([*grid, mmd(2.83, 0.9), IMQ]) == [
        "α\u00a00.2 and 0.6 with σ\u00a02.83 and 5.66",
        "α\u00a00.9 with σ\u00a02.83",
        "α\u00a00.6, seven scales",
    ]


@pytest.mark.parametrize("kind", looks.COLOURS)
def test_every_colour_is_read_on_white(kind):
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(looks.COLOURS[kind])]
    luminance = 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    assert 1.05 / (luminance + 0.05) >= 4.5


def test_the_states_and_the_first_three_hues_are_told_apart():
    points = cspace_convert(
        [to_rgb(looks.COLOURS[kind]) for kind in ("none", "dead", "half", "a0", "a1", "a2")], "sRGB1", "CAM02-UCS"
    )
    distances = [((a - b) ** 2).sum() ** 0.5 for i, a in enumerate(points) for b in points[:i]]
    assert min(distances) >= 14


def test_every_state_has_a_sign_of_its_own_or_shares_that_of_dead_kernels():
    assert len(set(looks.SIGNS.values())) == len(looks.SIGNS) - 1


def test_a_hostile_name_is_no_pattern():
    odd = FakeVariant(sigma=1.0)
    seen = looks.of([entry("a.*(b", sigma=odd.sigma)])
    assert looks.spelled("a.*(b and axx(b", seen) == "α\u00a00.6, σ\u00a01 and axx(b"
