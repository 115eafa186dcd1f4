"""The reconstruction error in the objective of a run: BCE, or with a Gaussian likelihood twice the squared error."""

from dataclasses import dataclass

from mmdvae.record.result import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Error:
    """What it is called, and under which name its course is recorded."""

    name: str
    called: str  # where a name of its own is not enough
    unit: str
    series: str  # in the history, of training; `val_` before it of validation
    likelihood: str  # of which it comes, in words


ERRORS = {
    "bernoulli": Error(name="BCE", called="BCE", unit="nats per pixel", series="bce", likelihood="Bernoulli"),
    "gaussian": Error(
        name="2 MSE", called="error (2 MSE)", unit="per pixel", series="reconstruction", likelihood="Gaussian"
    ),
}
ACROSS = "Across likelihoods compare MSE, PSNR, SSIM, samples and codes; never the loss, and BCE only as its excess."


def of(run: Run) -> Error:
    """The error that the trainings of a run made small."""
    return ERRORS[run.likelihood]
