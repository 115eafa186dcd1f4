"""Thresholds of verdicts and checks. Uses only the standard library, because reports import it."""

MIN_SEEDS, SEEDS_IN_WORDS = 3, "three"  # with fewer there is no interval and no conclusion
LEVEL = 0.95  # confidence level of intervals
HALF = 0.5  # share of live pairs from which a kernel counts as live in a verdict; below it, if not dead, as half-way

SAME_ERROR = 1.05  # mean squared errors within 5 % count as equal
MORE_SPREAD = 1.10  # a variance more than 10 % larger counts as larger
SAME_DISTANCE = 1.25  # distances from the prior within 25 % count as equal
NOTEBOOK_SIGMA, NOTEBOOK_EXTREMES = 0.1, (1e-4, 1e4)

STILL_FALLING = 0.05  # fall of (validation BCE - entropy) in the last tenth of the epochs, relative
VANISHES = 0.01  # ratio to the reconstruction's gradient; anything smaller is lost in the noise of a batch
NO_NOISE = 0.001  # posterior variance over total variance; below it the decoder sees the same code every time
GAP = 0.1  # (validation BCE - training BCE) / (training BCE - entropy)
TRUSTED = 0.9  # trustworthiness from which neighbourhoods in a projection can be relied on
