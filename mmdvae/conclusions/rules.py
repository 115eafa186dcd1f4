"""Thresholds of verdicts and checks. Uses only the standard library, because the list of runs imports it."""

MIN_SEEDS, SEEDS_IN_WORDS = 3, "three"  # with fewer there is no interval and no conclusion
LEVEL = 0.95  # confidence level of intervals; a claim of equality needs its 90 % interval (two one-sided tests)
ODD_SCATTER = 0.01  # p of an F test, over the number of variants, below which a variant is left out of a pool
OWN_SCATTER = 0.2  # the same for one variant: below it, its own scatter is used and not the pool's

ERROR = "mse"  # by which a setting is chosen, and what its price is told in
ERROR_PAID = 1.02  # reconstruction errors, above the entropy of the targets, within 2 % count as equal
SAME_ERROR = 1.05  # mean squared errors within 5 % count as equal
MORE_SPREAD = 1.10  # a variance more than 10 % larger counts as larger
SAME_DISTANCE = 1.25  # distances from the prior within 25 % count as equal; a fifth less counts as nearer
FEWER_HOLES = 0.05  # of the prior's neighbourhoods; a coverage larger by 5 points counts as larger
BETTER_SAMPLES = 0.9  # Fréchet distances lower by 10 % count as lower
NEAR = 0.25  # codes with a sliced W2 up to a quarter of the prior's standard deviation count as near the prior
NOTEBOOK_SIGMA, NOTEBOOK_EXTREMES = 0.1, (1e-4, 1e4)

# The error whose course checks look at, by the likelihood: its name, and what its changes are a share of.
ERROR_WORDS = {
    "bernoulli": {
        "error": "BCE",
        "floor": "what it is above the entropy of the targets",
        "gap": "what that is above the entropy of the targets",
    },
    "gaussian": {"error": "error (2 MSE)", "floor": "its last value", "gap": "that"},
}
SETTLED = 0.02  # change of (validation BCE - entropy) over the second half of the epochs, relative
VANISHES = 0.01  # ratio to the reconstruction's gradient; anything smaller is lost in the noise of a batch
NO_NOISE = 0.001  # posterior variance over total variance; below it the decoder sees the same code every time
GAP = 0.1  # (validation BCE - training BCE) / (training BCE - entropy)
TRUSTED = 0.9  # trustworthiness from which neighbourhoods in a projection can be relied on
