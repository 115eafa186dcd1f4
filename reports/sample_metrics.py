"""Metrics of decoded draws: the same for each of the three distributions that codes are drawn from."""

from reports import text
from reports.metric import Metric, fixed

# Suffix of the metrics' names, group, its title, addition to the metrics' titles, and what is decoded.
SAMPLERS = (
    ("", "samples", "Samples from N(0, I)", "", "draws from N(0, I)"),
    ("_fitted", "samples_fitted", "Samples from a fitted normal", ", fitted",
     "draws from a normal distribution fitted to the training codes"),
    ("_mixture", "samples_mixture", "Samples from a mixture of ten Gaussians", ", mixture",
     "draws from ten Gaussians fitted to the training codes"),
)  # fmt: skip
GROUPS = tuple((group, title) for _, group, title, _, _ in SAMPLERS)

_OWN = "own classifier's features"
_number = text.significant


def _of_sampler(suffix: str, group: str, added: str, draws: str) -> list[Metric]:
    """The rows of one distribution; kid_sd and class_entropy are measured of draws from the prior only."""
    # fmt: off
    values = [
        Metric(f"fid{suffix}", f"Fréchet distance{added}", _OWN, group, _number,
               f"Fréchet distance of decoded {draws} from test images, by the features of a small classifier and not "
               "of Inception."),
        Metric(f"kid{suffix}", f"Kernel distance{added}", _OWN, group, _number,
               f"Kernel distance of decoded {draws} by the same features, an unbiased estimate that can lie slightly "
               "below 0."),
        Metric(f"density{suffix}", f"Density{added}", "1 if real", group, fixed(3),
               f"How many real images' neighbourhoods decoded {draws} lie in; above 1 where they crowd the commonest "
               "places."),
        Metric(f"coverage{suffix}", f"Coverage{added}", "0 to 1", group, fixed(3),
               f"Share of real images that have one of the decoded {draws} in their neighbourhood."),
    ]
    once = [] if suffix else [
        Metric("kid_sd", "Kernel distance, sd", _OWN, group, _number,
               "Standard deviation of the kernel distance over the subsets of images that it is averaged over."),
        Metric("class_entropy", "Class entropy", "nats", group, fixed(3),
               "Entropy of the classes that the classifier sees in the samples; ln(classes) if all are equally "
               "frequent."),
    ]
    # fmt: on
    return [*values, *once, *map(_noise, values)]


def _noise(metric: Metric) -> Metric:
    meaning = f"Standard deviation of “{metric.title}” over sets of draws of one model, by a jackknife of 20 blocks."
    return Metric(f"{metric.name}_noise", f"{metric.title}, noise", metric.unit, metric.group, _number, meaning)


METRICS = tuple(
    metric for suffix, group, _, added, draws in SAMPLERS for metric in _of_sampler(suffix, group, added, draws)
)
