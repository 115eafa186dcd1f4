"""Where the numbers come from: command, data, settings, code, machine, files."""

from dataclasses import MISSING, dataclass, fields
from typing import Any, ClassVar

from mmdvae.recipes import Recipe
from mmdvae.record.result import Classifier, Dataset, Hardware, Report, Run
from reports import data_words, likelihood, text

SETTINGS = {  # of a recipe, in the order of the page; a setting that is not named here goes by its own name
    "optimizer": "optimizer {}",
    "learning_rate": "learning rate {}",
    "batch_size": "batches of {}",
    "epochs": "{} epochs",
    "cooldown": "step size falling to 0 over the last {} of the steps",
    "batch_norm_momentum": "momentum of batch norm {}",
    "batch_norm_images": "batch norm estimated again on {} images",
    "estimator": "{} estimator of MMD²",
    "contrast": "contrast of the inputs changed by up to {}",
}
SWITCHES = {  # if off, and if on
    "closed_form_prior": ("sampled prior", "prior in closed form"),
    "flip": ("", "half of the inputs mirrored"),
    "training_flag": ("validation in training mode", ""),
}
DEFAULTS = {field.name: field.default for field in fields(Recipe) if field.default is not MISSING}
ELSEWHERE = ("name", "latent_dim", "likelihood", "network")  # the second in the settings of older reports


@dataclass(frozen=True, slots=True, kw_only=True)
class Sidecar:
    """A file beside the report."""

    name: str
    what: str
    sha256: str  # empty if the file could not be written


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """The section."""

    template: ClassVar[str] = "sections/more/provenance.html"
    command: str
    facts: list[tuple[str, str]]  # without those that were not recorded
    sidecars: list[Sidecar]


def build(report: Report, sidecars: list[Sidecar]) -> Provenance:
    """Everything needed to repeat the run."""
    run = report.run
    facts = [
        ("Run", run.id),
        ("Created", text.moment(run.created)),
        ("Preset and recipe", f"{run.preset}, {run.recipe}"),
        ("Training", _training(report)),
        ("Likelihood", _likelihood(run)),
        ("Network", network(report)),
        ("Latent dimensions", ", ".join(map(str, report.latent_dims))),
        ("Seeds", ", ".join(map(str, run.seeds))),
        ("Data", _data(run.dataset)),
        ("Data's SHA-256", run.dataset.sha256),
        ("Code", f"commit {text.code(run.code.commit, run.code.dirty)}" if run.code.commit else ""),
        ("Machine", _machine(run.hardware, devices(report))),
        ("Samples judged by a classifier with", _judge(run.classifier)),
        ("Versions", ", ".join(f"{name} {version}" for name, version in run.versions.items())),
    ]
    return Provenance(command=run.command, facts=[fact for fact in facts if fact[1]], sidecars=sidecars)


def devices(report: Report) -> list[str]:
    """The devices that the variants were trained on."""
    found = (seed_run.device for variant in report.variants for seed_run in variant.runs)
    return list(dict.fromkeys(device for device in found if device))


def _training(report: Report) -> str:
    """The recipe's settings that are no defaults; if the report has none, the numbers of epochs trained."""
    settings = report.run.recipe_settings
    if not settings:
        epochs = sorted({seed_run.epochs for variant in report.finished for seed_run in variant.runs})
        known = ", ".join(map(str, epochs))
        return f"{known} epochs; the recipe's other settings were not recorded" if known else ""
    names = [
        name for name in dict.fromkeys([*SETTINGS, *SWITCHES, *settings]) if name in settings and name not in ELSEWHERE
    ]
    told = [_setting(name, settings[name]) for name in names if settings[name] != DEFAULTS.get(name)]
    return ", ".join(filter(None, told))


def _setting(name: str, value: Any) -> str:
    if name in SWITCHES:
        return SWITCHES[name][bool(value)]
    if name == "epochs" and value == 1:
        return "1 epoch"
    shown = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
    return SETTINGS[name].format(shown) if name in SETTINGS else f"{name.replace('_', ' ')} {shown}"


def network(report: Report) -> str:
    """Which network, of what if it is the user's own, and its size; empty for the built-in one of unknown size."""
    sizes = sorted({round(mean) for variant in report.finished if (mean := variant.mean("parameters")) is not None})
    size = f"encoder and decoder, {' or '.join(f'{size:,}' for size in sizes)} parameters" if sizes else ""
    own = report.run.network
    if not own:
        return size
    options = [f"{name} = {value}" for name, value in own["options"].items()]
    versions = [f"{name} {version}" for name, version in own["versions"].items()]
    code = f"code of the user's own, SHA-256 {own['source']}"
    made = f"made with {', '.join(versions)}" if versions else ""
    return "; ".join(filter(None, (", ".join([own["name"], *options]), size, code, made)))


def _data(data: Dataset) -> str:
    counts = (
        f"{data_words.images(data, data.train)} for training, {data.valid:,} for validation, {data.test:,} for tests"
    )
    return "; ".join([f"{data.name}: {counts}", *([] if data.labelled else ["no labels"]), *data.notes])


def _likelihood(run: Run) -> str:
    error = likelihood.of(run)
    return f"{error.likelihood}: the reconstruction error of the objective is {error.name}. {likelihood.ACROSS}"


def _machine(hardware: Hardware, used: list[str]) -> str:
    parts = [hardware.system, hardware.processor, text.count(hardware.cores, "core"), f"{hardware.memory_gb} GB memory"]
    parts += [text.count(hardware.gpus, "GPU")] if hardware.gpus else []
    return f"{', '.join(filter(None, parts))}{f'; trained on {text.listed(used)}' if used else ''}"


def _judge(judge: Classifier | None) -> str:
    if judge is None:
        return ""
    accuracy = text.percent(judge.test_accuracy)
    return f"test accuracy {accuracy}, {data_words.tasks(judge)}, {judge.features} features, SHA-256 {judge.sha256}"
