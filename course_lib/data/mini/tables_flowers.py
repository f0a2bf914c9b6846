"""Table of flower species: how each differs from the usual blossom."""

# fmt: off
FLOWERS = {
    "bluebell": ("blossom", {
        "kind": "bells", "count": 5, "petal": (0.13, 0.17), "width": (0.075, 0.09), "foliage": "grass",
        "bloom": ["#5a6ad8", "#6f5ad0", "#7a8ae8"],
    }),
    "buttercup": ("blossom", {
        "petals": 5, "shape": "notched", "petal": (0.28, 0.33), "width": (0.15, 0.18), "heart": (0.08, 0.1),
        "bloom": ["#f8d820", "#f0c818"], "centre": ["#c8a81c", "#a8b83c"], "foliage": "toothed",
    }),
    "coltsfoot": ("blossom", {
        "petals": 14, "petal": (0.24, 0.28), "width": (0.025, 0.032), "heart": (0.13, 0.16), "foliage": "none",
        "bloom": ["#f0c81c", "#e8b81c"], "centre": ["#e89a1c", "#d8a02c"], "leaf": ["#a8744c", "#8f7a4c"],
    }),
    "cowslip": ("blossom", {
        "kind": "bells", "count": 7, "petal": (0.15, 0.19), "width": (0.055, 0.07), "foliage": "round",
        "bloom": ["#f4d84c", "#f0c83c"],
    }),
    "crocus": ("blossom", {
        "kind": "cup", "petal": (0.26, 0.3), "width": (0.12, 0.15), "stem": (0.5, 0.6), "foliage": "grass",
        "pattern": "veins", "bloom": ["#b48ae0", "#8a5ad0", "#f0e8f8"], "second": ["#6a3ab0", "#7a4ac0"],
        "centre": ["#f08a1c"],
    }),
    "daffodil": ("blossom", {
        "petals": 6, "shape": "pointed", "petal": (0.34, 0.4), "width": (0.12, 0.14), "trumpet": 1.0,
        "heart": (0.04, 0.05), "bloom": ["#f8e45c", "#f8f4d8", "#f4d838"], "second": ["#f09a1c", "#f0b41c"],
        "foliage": "grass",
    }),
    "daisy": ("blossom", {
        "petals": 12, "petal": (0.26, 0.32), "width": (0.05, 0.06), "heart": (0.12, 0.14),
        "bloom": ["#fbfaf4", "#f8f0f0"], "centre": ["#f4c020", "#e8b01c"], "foliage": "round",
    }),
    "dandelion": ("blossom", {
        "petals": 16, "rings": 3, "petal": (0.3, 0.35), "width": (0.035, 0.042), "heart": (0.06, 0.08),
        "bloom": ["#f8d01c", "#f0c018"], "centre": ["#f0b41c"], "foliage": "toothed",
    }),
    "foxglove": ("blossom", {
        "kind": "spike", "count": 6, "petal": (0.2, 0.24), "width": (0.085, 0.1), "spots": 1.0, "foliage": "round",
        "bloom": ["#d86aa8", "#c85a9a", "#f0d8e8"], "second": ["#7a2a5a", "#f4e0ec"],
    }),
    "fritillary": ("blossom", {
        "kind": "nodding", "shape": "round", "petal": (0.44, 0.5), "width": (0.13, 0.16), "pattern": "checks",
        "bloom": ["#b45a8a", "#9a4a7a"], "second": ["#f0d0e0", "#6a2a4c"], "foliage": "grass",
    }),
    "iris": ("blossom", {
        "kind": "iris", "petal": (0.36, 0.42), "width": (0.13, 0.16), "heart": (0.07, 0.09), "foliage": "grass",
        "bloom": ["#6a5ad8", "#8a6ae8", "#e8c83c"], "second": ["#f4d82c", "#f8f0d0"],
    }),
    "lavender": ("blossom", {
        "kind": "spike", "count": 10, "petal": (0.05, 0.07), "width": (0.045, 0.055), "foliage": "grass",
        "bloom": ["#8a6ad0", "#9a7ae0", "#7a6ac0"], "leaf": ["#7a9a6c", "#8aa884"],
    }),
    "lily of the valley": ("blossom", {
        "kind": "bells", "count": 6, "petal": (0.04, 0.06), "width": (0.07, 0.085), "foliage": "round",
        "bloom": ["#fbfbf6", "#f4f8f0"], "leaf": ["#2f8a3c", "#3f9a4c"],
    }),
    "pansy": ("blossom", {
        "petals": 5, "petal": (0.3, 0.35), "width": (0.19, 0.22), "heart": (0.05, 0.06), "face": 1.0,
        "bloom": ["#8a4ad0", "#f0c81c", "#f4f0f8", "#d8482c"], "second": ["#3a1a4a", "#5a1a2a"],
        "centre": ["#f8d82c"], "foliage": "round",
    }),
    "poppy": ("blossom", {
        "petals": 4, "petal": (0.34, 0.4), "width": (0.23, 0.27), "heart": (0.11, 0.13), "stamens": 0,
        "bloom": ["#e0301c", "#d8402c", "#f06a3c"], "centre": ["#2a2422", "#3a3a2a"], "foliage": "toothed",
    }),
    "rose": ("blossom", {
        "kind": "rose", "petal": (0.3, 0.36), "bloom": ["#d82c4c", "#f08aa8", "#f8e8d8", "#f0c85c"],
    }),
    "snowdrop": ("blossom", {
        "kind": "nodding", "shape": "pointed", "petal": (0.38, 0.44), "width": (0.09, 0.11), "tip": 1.0,
        "bloom": ["#fbfcfa", "#f0f6f4"], "foliage": "grass", "stem": (0.6, 0.72),
    }),
    "sunflower": ("blossom", {
        "petals": 16, "shape": "pointed", "petal": (0.34, 0.4), "width": (0.06, 0.07), "heart": (0.24, 0.28),
        "bloom": ["#f4b81c", "#f8c82c"], "centre": ["#6a3a1c", "#4a2a1a"], "foliage": "round", "stem": (0.8, 0.9),
    }),
    "tiger lily": ("blossom", {
        "petals": 6, "shape": "pointed", "petal": (0.42, 0.48), "width": (0.085, 0.1), "heart": (0.05, 0.06),
        "stamens": 5, "spots": 1.0, "bloom": ["#f0701c", "#f0882c"], "second": ["#6a2a1a", "#5a2418"],
        "centre": ["#a8c84c"],
    }),
    "windflower": ("blossom", {
        "petals": 7, "petal": (0.3, 0.35), "width": (0.1, 0.12), "heart": (0.07, 0.09), "stamens": 9,
        "bloom": ["#f6f4fa", "#a8b8f0", "#f0b8d0"], "second": ["#e8d83c", "#f0e8b0"], "centre": ["#9ab83c"],
        "foliage": "toothed",
    }),
}
# fmt: on
