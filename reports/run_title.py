"""What a run is called everywhere: by its preset or its grid, and by its data. Uses only the standard library."""

from mmdvae.record.result import Report, Run, VariantResult
from reports import facets, looks, text

LONGEST = 60  # characters of a title, which has to fit a line
LONGEST_DATA = 32  # characters of the name of a data set or network, which may be that of any folder or file
SPELLED = {"fashion-mnist": "Fashion-MNIST", "mnist": "MNIST", "kmnist": "KMNIST"}


def title(report: Report) -> str:
    """Name and data: quick on Fashion-MNIST; with other variants than the preset or file has, them: α 0.3 with σ 4 ….

    With the network if it is the user's own, and the numbers of latent dimensions if there are several. At most LONGEST
    characters, unless one of these or the name of the data set is long.
    """
    where = f" on {data(report)}"
    if report.run.network:
        where += f", {_short(report.run.network['name'])}"
    if facets.several(report):
        where += f", {facets.named(report.latent_dims)}"
    if _whole(report.run):
        return report.run.preset + where
    named = _named(report)
    return (named if named and len(named + where) <= LONGEST else _counted(report.variants)) + where


def data(report: Report) -> str:
    """The name of the data set, shortened if it is long."""
    name = report.run.dataset.name
    return SPELLED.get(name, _short(name))


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_DATA else f"{name[: LONGEST_DATA - 1]}…"


def _whole(run: Run) -> bool:
    """Whether the variants are all of the preset or file; of an older report its command tells."""
    words = set(run.command.split())
    return (
        run.whole
        if run.experiment
        else run.preset in words and not words & {"--alpha", "--sigma", "--variant", "--only"}
    )


def _named(report: Report) -> str:
    """The settings, if they are the same for each number of latent dimensions."""
    found = {"; ".join(looks.settings(_compared(one.variants))) for one in facets.of(report)}
    return found.pop() if len(found) == 1 else ""


def _compared(variants: list[VariantResult]) -> list[VariantResult]:
    """Without the plain autoencoder, which is there for comparison, unless it is alone."""
    return [one for one in variants if not one.is_plain] or variants


def _counted(variants: list[VariantResult]) -> str:
    """How many variants, and which of their settings differ."""
    alphas = {one.alpha for one in variants if one.has_penalty}
    sigmas = {one.sigma for one in variants if one.sigma is not None}
    varied = [symbol for symbol, values in (("α", alphas), ("σ", sigmas)) if len(values) > 1]
    return text.count(len(variants), "variant") + (f" of {text.listed(varied)}" if varied else "")
