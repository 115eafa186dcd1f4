"""What a run is called."""

import fake_run
import pytest
from fake_run import NONE, QUICK, FakeVariant

from mmdvae.experiment import file
from reports import run_title


def of_preset(name):
    return [
        FakeVariant(
            **{field: getattr(one, field) for field in ("regularizer", "kernel", "alpha", "sigma", "normalised")}
        )
        for one in file.read(name).variants
    ]


def title(tmp_path, variants, **run):
    return run_title.title(fake_run.make(tmp_path, variants, **run).report).replace("\N{NO-BREAK SPACE}", " ")


def test_a_preset_gives_its_name_to_its_own_variants_and_to_no_others(tmp_path):
    whole = of_preset("quick")
    assert title(tmp_path, whole, run_id="a", whole=True) == "quick on Fashion-MNIST"
    assert title(tmp_path, whole, run_id="b").endswith(" variants of α and σ on Fashion-MNIST")
    older = {"experiment": {}, "whole": True}
    assert (
        title(tmp_path, whole, run_id="d", command="mmdvae compare quick --seed 0", **older) == "quick on Fashion-MNIST"
    )
    assert title(tmp_path, [NONE], run_id="e", command="mmdvae compare quick --only none", **older).startswith(
        "no penalty"
    )
    assert title(tmp_path, QUICK[:4], run_id="c") == "α 0.6 with σ 0.0001, 0.1 and 2.83 on Fashion-MNIST"


@pytest.mark.parametrize(
    ("variants", "data", "expected"),
    [
        ([NONE, *(FakeVariant(alpha=0.3, sigma=s) for s in (2.83, 4.0))], "images:faces", "α 0.3 with σ 2.83 and 4"),
        ([NONE], "images:faces", "no penalty"),
        ([NONE, QUICK[5]], "images:faces", "α 0.6, seven scales"),
        (
            [NONE, *(FakeVariant(alpha=a, sigma=1 + a * a) for a in (0.2, 0.3, 0.4, 0.5))],
            "digits",
            "5 variants of α and σ",
        ),
        ([FakeVariant(sigma=1.01 + s) for s in range(12)], "digits", "12 variants of σ"),
    ],
)
def test_a_grid_is_named_by_its_settings_or_counted_if_that_is_long(tmp_path, variants, data, expected):
    assert title(tmp_path, variants, dataset=data) == f"{expected} on {data}"


def test_a_long_name_of_data_is_shortened(tmp_path):
    found = title(tmp_path, QUICK, dataset=f"images:{'x' * 250}")
    assert found == f"6 variants of σ on images:{'x' * 24}…"
    assert len(found) <= run_title.LONGEST
