"""The files beside the page: metrics.csv, latents.parquet, summary.md."""

import base64
import csv
import hashlib
import io
import re

import fake_run
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fake_run import HOSTILE, QUICK, FakeVariant
from PIL import Image

from reports import sidecars, write
from reports.page import markdown, picture
from reports.sections.answer import headline
from reports.sections.numbers import summary
from reports.stored_arrays import StoredArrays


@pytest.fixture(scope="module")
def fake(tmp_path_factory):
    fake = fake_run.make(tmp_path_factory.mktemp("sidecars"), seeds=(0, 1, 2), n=2100)
    write.write(fake.run_dir, fake.store)
    return fake


def test_metrics_hold_every_number_of_the_report_once(fake):
    table = pd.read_csv(fake.run_dir / "metrics.csv")
    assert list(table.columns) == ["variant", "alpha", "sigma", "seed", "epoch", "metric", "value"]
    assert table["value"].dtype == float
    expected = sum(
        sum(len(values) for values in run.history.values()) + len(run.numbers)
        for variant in fake.report.variants
        for run in variant.runs
    ) + sum(len(baseline.numbers) for baseline in fake.report.baselines)
    assert len(table) == expected
    assert not table.duplicated(["variant", "seed", "epoch", "metric"]).any()


def test_the_summary_table_is_the_metrics_aggregated(fake):
    table = pd.read_csv(fake.run_dir / "metrics.csv")
    tests = table[table["epoch"].isna() & table["seed"].notna()]
    means = tests.groupby(["variant", "metric"])["value"].mean()
    shown = {row.name: row for row in summary.table(fake.report) if row.kind == "variant"}
    for variant in QUICK:
        for column, cell in zip(summary.COLUMNS, shown[variant.name].cells, strict=True):
            assert cell.value == pytest.approx(means[variant.name, column.name])
            assert cell.text == column.show(cell.value)


def test_a_curve_can_be_read_back_from_the_metrics(fake):
    rows = list(csv.DictReader((fake.run_dir / "metrics.csv").read_text().splitlines()))
    wanted = {"variant": "mmd-a0.6-s2.83", "seed": "1", "metric": "val_bce", "alpha": "0.6", "sigma": "2.83"}
    curve = {int(row["epoch"]): float(row["value"]) for row in rows if wanted.items() <= row.items()}
    assert list(curve.values()) == fake.report.variants[3].runs[1].history["val_bce"]
    assert list(curve) == [1, 2, 3]


def test_latents_hold_every_code_and_leave_tsne_empty_outside_its_subset(fake):
    table = pq.read_table(fake.run_dir / "latents.parquet").to_pandas()
    z = [f"z{k}" for k in range(1, 9)]
    assert list(table.columns) == ["variant", "seed", "image", "label", *z, "pca1", "pca2", "tsne1", "tsne2"]
    assert len(table) == len(QUICK) * 3 * 2100
    with np.load(fake.evaluation(-1) / "views.npz") as views:
        mine = table[(table["variant"] == "imq-a0.6") & (table["seed"] == 2)].set_index("image")
        np.testing.assert_array_equal(mine[z], views["codes"])
        np.testing.assert_array_equal(mine.loc[views["tsne_index"], ["tsne1", "tsne2"]], views["tsne"])
        outside = np.setdiff1d(np.arange(2100), views["tsne_index"])
        assert mine.loc[outside, "tsne1"].isna().all()
        assert mine.loc[views["tsne_index"], "tsne1"].notna().all()


def test_latents_keep_their_types_whatever_pandas_would_choose(fake):
    file = pq.ParquetFile(fake.run_dir / "latents.parquet")
    numbers = [f"z{k}" for k in range(1, 9)] + ["pca1", "pca2", "tsne1", "tsne2"]
    whole = {"seed": pa.int32(), "image": pa.int32(), "label": pa.uint8()}
    expected = {"variant": pa.dictionary(pa.int32(), pa.string()), **whole, **dict.fromkeys(numbers, pa.float32())}
    assert dict(zip(file.schema_arrow.names, file.schema_arrow.types, strict=True)) == expected
    assert file.num_row_groups == len(QUICK) * 3  # written one trained model at a time
    assert file.read(["tsne1"])["tsne1"].null_count == file.metadata.num_rows - len(QUICK) * 3 * 2_000


def test_metrics_are_written_to_the_last_digit_and_whole_numbers_stay_whole(fake):
    rows = list(csv.DictReader((fake.run_dir / "metrics.csv").read_text().splitlines()))
    run = fake.report.variants[3].runs[0]
    for name in ("bce", "total_variance"):
        (found,) = [
            row
            for row in rows
            if (row["variant"], row["seed"], row["epoch"]) == ("mmd-a0.6-s2.83", "0", "") and row["metric"] == name
        ]
        assert found["value"] == repr(run.metrics[name])
    assert {row["epoch"] for row in rows} == {"", "1", "2", "3"}


def test_latents_are_compressed_with_zstandard(fake):
    column = pq.ParquetFile(fake.run_dir / "latents.parquet").metadata.row_group(0).column(4)
    assert column.compression == "ZSTD"


def test_the_page_names_the_digests_of_its_sidecars(fake):
    html = (fake.run_dir / "report.html").read_text()
    for name in ("metrics.csv", "latents.parquet"):
        assert hashlib.sha256((fake.run_dir / name).read_bytes()).hexdigest() in html


def test_the_markdown_starts_with_the_answer_and_has_five_columns_checks_and_one_picture(fake):
    text = (fake.run_dir / "summary.md").read_text()
    words, pictures = re.subn(r"\(data:image/png;base64,[A-Za-z0-9+/=]+\)", "", text)
    assert pictures == 1
    assert len(words.encode()) <= 20_000
    assert len(text.encode()) <= 150_000
    title, _, answer, *_ = words.splitlines()
    assert title.startswith("# ")
    assert answer.startswith(f"**{markdown.plain(headline.sentence(fake.report))}.**")
    assert "- **Next**, " in words
    assert "`report.html`" in words
    assert "(report.html#v-V1)" in words
    table = [line.split(" | ") for line in words.splitlines() if line.startswith("| ")]
    assert {len(row) for row in table} == {5}
    states = [row[1] for row in table[1:]]
    assert states == ["● alive"] * 2 + ["○ no penalty"] + ["✕ dead: too narrow"] * 2 + ["✕ dead: too wide"]


def test_the_picture_of_the_markdown_has_a_column_for_the_untouched_and_one_for_each_other(fake):
    drawn, said = picture.contact_sheet(fake.report, StoredArrays(fake.run_dir, fake.store))
    assert said.replace("\u00a0", " ").startswith("Samples and codes. no penalty (as 3 more): no penalty, W2 7.")
    assert said.count(": alive, +") == 2
    pixels = Image.open(io.BytesIO(base64.b64decode(drawn.partition(",")[2])))
    assert pixels.width / pixels.height == pytest.approx(3 * 1.12 / 2.55, rel=0.05)


def test_a_hostile_name_stays_one_cell_of_the_markdown_table(tmp_path):
    fake = fake_run.make(tmp_path, [QUICK[0], FakeVariant(sigma=1.0)])
    fake.rename("mmd-a0.6-s1", HOSTILE + "\n| x")
    write.write(fake.run_dir, fake.store)
    text = (fake.run_dir / "summary.md").read_text()
    assert "<img" not in text
    assert "<script" not in text
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table}) == 1


def test_without_any_codes_there_is_an_empty_parquet_file(tmp_path):
    fake = fake_run.make(tmp_path, [FakeVariant(sigma=1.0, status="failed")])
    write.write(fake.run_dir, fake.store)
    assert pq.read_table(fake.run_dir / "latents.parquet").num_rows == 0


def test_a_sidecar_that_fails_costs_no_other_file(tmp_path, monkeypatch, caplog):
    fake = fake_run.make(tmp_path, QUICK[:1])
    write.write(fake.run_dir, fake.store)

    def broken(run, store, path):
        raise OSError("disk full")

    monkeypatch.setattr(sidecars, "latents", broken)
    html = write.write(fake.run_dir, fake.store).read_text()
    assert "could not be written" in html
    assert not (fake.run_dir / "latents.parquet").exists()
    assert (fake.run_dir / "metrics.csv").exists()
    assert "latents.parquet could not be written" in caplog.text
    assert "latents.parquet** could not be made" in (fake.run_dir / "summary.md").read_text()


def test_no_half_written_file_is_left_behind(fake):
    names = {path.name for path in fake.run_dir.iterdir()}
    expected = {"report.json", "manifest.json", "report.html", "metrics.csv", "latents.parquet", "summary.md"}
    assert names == expected
