"""Names of the optimisers as people write them; without torch, for figures."""

OPTIMIZER_NAMES = {"sgd": "SGD", "adam": "Adam", "dog": "DoG", "ldog": "L-DoG"}
