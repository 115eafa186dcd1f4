"""Every metric that a report can hold: its title, unit, number format, and what it means."""

from collections.abc import Iterable

from mmdvae.record import directions
from reports import sample_metrics, text
from reports.metric import Metric, fixed


def _zero(d: int | None) -> float:
    return 0.0


def _one(d: int | None) -> float:
    return 1.0


def _half(d: int | None) -> float:
    return 0.5


def _full_coverage(d: int | None) -> float:
    return 1 - 2**-5  # of as many codes: Naeem et al. 2020, equation 6


def _d(d: int | None) -> float | None:
    return d


GROUPS = (
    ("reconstruction", "Reconstruction"),
    ("dispersion", "Dispersion of the codes"),
    ("match", "Match with the prior"),
    ("holes", "Holes in the codes"),
    ("kernel", "Kernel"),
    ("usefulness", "Usefulness of the codes"),
    *sample_metrics.GROUPS,
    ("views", "Faithfulness of the two-dimensional views"),
    ("choosing", "On validation images, for choosing settings"),
    ("cost", "Cost"),
)

_number = text.significant
_percent = fixed(1, factor=100)

# Laid out as a table: per metric one line of fields, then its sentence.
# fmt: off
METRICS = (
    Metric("bce", "BCE", "nats/pixel", "reconstruction", fixed(4),
           "Binary cross-entropy of test image and reconstruction, not scaled by 1 − α."),
    Metric("bce_excess", "BCE excess", "nats/pixel", "reconstruction", fixed(4),
           "BCE less the targets' own entropy, which no reconstruction of grey pixels can go below."),
    Metric("mse", "MSE", "per pixel × 1000", "reconstruction", fixed(2, factor=1000),
           "Mean squared error per pixel, pixels in [0, 1]."),
    Metric("psnr", "PSNR", "dB", "reconstruction", fixed(2),
           "Peak signal-to-noise ratio, from the mean squared error."),
    Metric("ssim", "SSIM", "0 to 1", "reconstruction", fixed(3),
           "Structural similarity in uniform windows of 7 × 7 pixels, data range 1; 1 is identical."),
    Metric("rounded_accuracy", "Pixels on the right side of 0.5", "%", "reconstruction", _percent,
           "Share of pixels that agree after rounding both to 0 or 1."),
    Metric("total_variance", "Total variance", "squared latent units", "dispersion", _number,
           "Trace of Cov(z), z drawn from q(z|x); the prior has one per dimension.", _d, log=True),
    Metric("variance_of_means", "Variance of means", "squared latent units", "dispersion", _number,
           "The part of the total variance that the posterior means carry."),
    Metric("posterior_variance", "Posterior variance", "squared latent units", "dispersion", _number,
           "The part of the total variance that the posterior's own width carries."),
    Metric("logdet_cov", "Log det", "", "dispersion", fixed(2),
           "Logarithm of the determinant of Cov(z): the volume of the cloud; the prior has 0.", _zero),
    Metric("participation_ratio", "Effective dimensions", "dimensions", "dispersion", fixed(2),
           "(Σλ)² / Σλ² of Cov(z)'s eigenvalues: dimensions in use.", _d),
    Metric("mean_norm", "Norm of the mean", "latent units", "dispersion", _number,
           "Length of the mean of z; the prior has 0.", _zero),
    Metric("active_units", "Active units", "dimensions", "dispersion", fixed(1),
           "Dimensions whose posterior mean varies by more than 0.01."),
    Metric("mmd2", "MMD²", "fixed kernel", "match", fixed(4),
           "Unbiased estimate between z (sampled) and the prior by the mean of seven inverse multiquadric kernels, "
           "the same for all variants; slightly negative values mean that the two agree.", _zero),
    Metric("mmd2_p", "p of MMD²", "permutations", "match", fixed(3),
           "How often as large an MMD² comes about when 1,000 codes and draws of the prior are shuffled; small "
           "values speak against equality, and large ones prove nothing."),
    Metric("sliced_w2", "Sliced W2", "latent units", "match", _number,
           "Sliced Wasserstein-2 distance from the prior, whose standard deviation is 1 latent unit; unlike MMD² it "
           "grows without bound.", _zero, log=True),
    Metric("mmd2_white", "MMD², whitened", "fixed kernel", "match", fixed(4),
           "MMD² after the affine map that gives training codes mean 0 and covariance I: what no affine map mends.",
           _zero),
    Metric("sliced_w2_white", "Sliced W2, whitened", "latent units", "match", _number,
           "Sliced W2 after the same affine map: the distance that is left in the shape.", _zero, log=True),
    Metric("gaussian_w2", "Gaussian W2", "latent units", "match", _number,
           "Wasserstein-2 distance of the prior and a normal distribution with the codes' mean and covariance.", _zero),
    Metric("gaussian_kl", "Gaussian KL", "nats", "match", _number,
           "KL divergence to the prior of a normal distribution with the codes' mean and covariance.", _zero),
    Metric("mardia_skewness", "Skewness", "Mardia", "match", _number,
           "Mardia's third moment of the codes, 0 for a normal distribution.", _zero),
    Metric("mardia_kurtosis", "Excess kurtosis", "Mardia", "match", _number,
           "Mardia's fourth moment of the codes less a normal distribution's: above 0 with heavier tails.", _zero),
    Metric("latent_coverage", "Latent coverage", "0 to 1", "holes", fixed(3),
           "Share of prior draws with a code nearer than the fifth nearest other draw (Naeem et al. 2020); 31/32 for "
           "as many codes that follow the prior.", _full_coverage),
    Metric("latent_density", "Latent density", "", "holes", fixed(3),
           "How many prior draws' neighbourhoods a code lies in, divided by 5; above 1 where codes crowd the likeliest "
           "places.", _one),
    Metric("c2st_auc", "AUC of a classifier", "0 to 1", "holes", fixed(3),
           "How often a classifier of nearest neighbours gives a new code a higher score than a new prior draw "
           "(Lopez-Paz and Oquab 2017); 0.5 if nothing tells them apart.", _half),
    Metric("nearest_code", "Nearest code", "latent units", "holes", _number,
           "Mean distance of a prior draw to the nearest of as many codes."),
    Metric("latent_coverage_white", "Latent coverage, whitened", "0 to 1", "holes", fixed(3),
           "Latent coverage by codes that the affine map fitted to training codes has whitened.", _full_coverage),
    Metric("latent_density_white", "Latent density, whitened", "", "holes", fixed(3),
           "Latent density of whitened codes.", _one),
    Metric("c2st_auc_white", "AUC of a classifier, whitened", "0 to 1", "holes", fixed(3),
           "How well the classifier tells whitened codes from prior draws.", _half),
    Metric("nearest_code_white", "Nearest code, whitened", "latent units", "holes", _number,
           "Mean distance of a prior draw to the nearest whitened code."),
    Metric("kernel_mean", "Kernel mean", "0 to 1", "kernel", _number,
           "Mean of the training kernel over pairs of two codes, or of a code and a prior draw."),
    Metric("kernel_live_share", "Live pairs", "%", "kernel", _percent,
           "Share of those pairs where the kernel is between 0.01 and 0.99."),
    Metric("gradient_ratio", "Gradient ratio", "penalty : BCE", "kernel", _number,
           "α|∇penalty| / ((1 − α)|∇BCE|) at the encoder's weights: tells a penalty without any gradient from one "
           "with; where training has settled both pull alike, whatever α."),
    Metric("pull_before", "Pull before", "null sds", "kernel", _number,
           "Slope of MMD² per unit of spread on codes that are a quarter or twice too wide (the smaller one), in "
           "standard deviations of its estimate from 128 draws of the prior: known before training, weak below 10."),
    Metric("pull_after", "Pull after", "null sds", "kernel", _number,
           "The same on the trained codes when they are stretched: near 0 where they have arrived, and where "
           "the kernel does not feel them. What is noticed, not with what force: a flat kernel notices a shift."),
    Metric("live_sigma_low", "Least live σ", "latent units", "kernel", _number,
           "The smallest σ at which a Gaussian kernel would be alive on these codes."),
    Metric("live_sigma_high", "Largest live σ", "latent units", "kernel", _number,
           "The largest σ at which a Gaussian kernel would be alive on these codes."),
    Metric("median_distance", "Median distance", "latent units", "kernel", _number,
           "Median distance of a code from another code or a prior draw, a common choice of σ."),
    Metric("knn_accuracy", "kNN accuracy", "%", "usefulness", _percent,
           "Share of test images whose class is that of most of their 10 nearest training codes."),
    Metric("probe_accuracy", "Linear probe", "%", "usefulness", _percent,
           "Share of test images whose class a logistic regression of the codes finds."),
    Metric("silhouette", "Silhouette", "−1 to 1", "usefulness", fixed(3),
           "How much nearer codes lie to their own class than to the next one."),
    *sample_metrics.METRICS,
    Metric("trustworthiness_pca", "Trustworthiness of PCA", "0 to 1", "views", fixed(3),
           "How far neighbours in the PCA view are neighbours in the codes, too."),
    Metric("continuity_pca", "Continuity of PCA", "0 to 1", "views", fixed(3),
           "How far neighbours in the codes stay neighbours in the PCA view."),
    Metric("trustworthiness_tsne", "Trustworthiness of t-SNE", "0 to 1", "views", fixed(3),
           "How far neighbours in the t-SNE view are neighbours in the codes, too."),
    Metric("continuity_tsne", "Continuity of t-SNE", "0 to 1", "views", fixed(3),
           "How far neighbours in the codes stay neighbours in the t-SNE view."),
    Metric("valid_mse", "Validation MSE", "per pixel × 1000", "choosing", fixed(2, factor=1000),
           "MSE on the validation images: what `mmdvae refine` chooses by, so that test images stay unseen."),
    Metric("valid_sliced_w2", "Validation sliced W2", "latent units", "choosing", _number,
           "Sliced W2 of the codes of validation images, the other number that settings are chosen by.", _zero,
           log=True),
    Metric("train_seconds", "Training", "seconds", "cost", _number,
           "Wall-clock seconds of the training of one seed."),
    Metric("evaluate_seconds", "Evaluation", "seconds", "cost", _number,
           "Wall-clock seconds of measuring one trained model."),
    Metric("peak_rss_mb", "Peak memory", "MB", "cost", fixed(0),
           "Largest resident memory of the training process."),
    Metric("parameters", "Parameters", "", "cost", fixed(0),
           "Trainable numbers of encoder and decoder."),
)
# fmt: on

_BY_NAME = {metric.name: metric for metric in METRICS}


def of(name: str) -> Metric:
    """The metric of that name; a metric missing from METRICS gets its name as title and default formatting."""
    return _BY_NAME.get(name) or Metric(name, name, "", "", _number, "")


def ordered(names: Iterable[str]) -> list[Metric]:
    """The metrics of these names in the order of METRICS; those missing from it last, by name."""
    places = {name: place for place, name in enumerate(_BY_NAME)}
    return [of(name) for name in sorted(names, key=lambda name: (places.get(name, len(places)), name))]


def worse(metric: Metric, value: float | None) -> float:
    """A sort key: smaller is better; a missing value sorts last."""
    return directions.worse(metric.name, value)
