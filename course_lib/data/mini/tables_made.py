"""Tables of made things: instruments, buildings, vehicles, tools and household things."""

# fmt: off
INSTRUMENTS = {
    "guitar": ("strings", {"guard": 0.4, "cutaway": 0.2}),
    "cello": ("strings", {
        "f_holes": True, "scroll": True, "spike": True, "bow": 0.6, "lower": (0.25, 0.29), "upper": (0.18, 0.21),
        "height": (0.38, 0.44), "neck": (0.36, 0.44), "base": (-0.4, -0.34),
        "wood": ["#8a3f1c", "#a8562a", "#6b2f18"], "pegs": 2,
    }),
    "violin": ("strings", {
        "f_holes": True, "scroll": True, "bow": 0.8, "lower": (0.21, 0.24), "upper": (0.16, 0.19),
        "height": (0.27, 0.32), "neck": (0.34, 0.42), "wood": ["#b8602c", "#9a4a20", "#c8783a"], "pegs": 2,
    }),
    "banjo": ("strings", {
        "shape": "round", "lower": (0.25, 0.29), "height": (0.12, 0.16), "upper": (0.1, 0.12), "neck": (0.62, 0.74),
        "skin": ["#f4ead2", "#efe6da"], "wood": ["#a8703c", "#c8ccd0", "#6b4526"],
    }),
    "lute": ("strings", {
        "shape": "drop", "lower": (0.27, 0.31), "neck": (0.3, 0.38), "wood": ["#c88a44", "#a8682c", "#dca85c"],
        "pegs": 4,
    }),
    "trumpet": ("horn", {}),
    "saxophone": ("horn", {"curve": "hook", "tube": (0.04, 0.05), "bell": (0.2, 0.24)}),
    "flute": ("horn", {"curve": "none", "keys": 6, "tube": (0.05, 0.065), "metal": ["#c9cbd0", "#a8703c", "#3a3436"]}),
    "drum": ("drum", {}),
}

BUILDINGS = {
    "house": ("building", {"chimney": 0.75, "smoke": 0.5, "gable_window": 0.45, "fence": 0.3, "wing": 0.25}),
    "barn": ("building", {
        "roof": "gambrel", "wall": ["#b0342c", "#a83f30", "#8a2e28"], "tiles": ["#6a6460", "#8a4a32", "#54504c"],
        "columns": 2, "x_door": True, "door_size": (0.14, 0.17), "width": (0.44, 0.52), "window": (0.05, 0.06),
        "roof_height": (0.36, 0.44),
    }),
    "church": ("building", {
        "roof": "spire", "width": (0.2, 0.25), "height": (0.36, 0.44), "roof_height": (0.5, 0.62),
        "eaves": (0.02, 0.03), "cross": True, "columns": 1, "rows": 2, "wing": 1.0,
        "wall": ["#f0ece0", "#d8cdb8", "#b8b4ac"], "tiles": ["#54585e", "#7a4a3a", "#3f5f5a"],
    }),
    "castle": ("building", {
        "roof": "battlements", "towers": True, "flag": True, "width": (0.34, 0.42),
        "wall": ["#a8a49c", "#b8ac98", "#8f949a"], "tiles": ["#4f5f9a", "#a83f34", "#6a4a7a"], "columns": 2,
        "window": (0.045, 0.055),
    }),
    "skyscraper": ("building", {
        "roof": "flat", "width": (0.22, 0.3), "height": (0.62, 0.72), "columns": 3, "rows": 6,
        "window": (0.035, 0.04), "door_size": 0.06, "wall": ["#8a97a4", "#b4a894", "#6a7f94", "#a8b4bc"],
    }),
    "lighthouse": ("building", {
        "roof": "cone", "width": (0.19, 0.23), "height": (0.46, 0.54), "roof_height": (0.22, 0.26), "bands": 4,
        "beacon": True, "columns": 1, "window": (0.04, 0.05), "door_size": 0.075, "wall": ["#f4f0e8"],
        "tiles": ["#d0342c", "#2f5fb0", "#30343c"],
    }),
    "windmill": ("building", {
        "roof": "dome", "blades": True, "width": (0.23, 0.28), "height": (0.36, 0.44), "roof_height": (0.2, 0.24),
        "columns": 1, "window": (0.05, 0.06), "wall": ["#e8e0d0", "#b88a64", "#d8c4a0"],
    }),
    "tent": ("building", {
        "opening": True, "tiles": ["#d8702c", "#3a8a5c", "#3f6fb8", "#c8a45c", "#c83a34"], "width": (0.42, 0.5),
    }),
    "hut": ("building", {
        "roof": "dome", "columns": 0, "width": (0.34, 0.42), "height": (0.2, 0.26), "roof_height": (0.36, 0.46),
        "wall": ["#c8a474", "#b8905c"], "tiles": ["#d8b45c", "#b8924a", "#a8844a"], "door_size": (0.1, 0.13),
    }),
    "factory": ("building", {
        "roof": "flat", "stacks": 2, "width": (0.52, 0.6), "height": (0.26, 0.32), "columns": 4, "rows": 2,
        "window": (0.05, 0.06), "wall": ["#a86a52", "#9a9a9c", "#b8a48a"],
    }),
}

VEHICLES = {
    "car": ("vehicle", {}),
    "bus": ("vehicle", {"kind": "bus", "paint": ["#f0b428", "#d8342c", "#2c66c4", "#3a9a54"]}),
    "truck": ("vehicle", {"kind": "truck"}),
    "tractor": ("vehicle", {"kind": "tractor", "paint": ["#3a9a3c", "#d8342c", "#2c66c4"]}),
    "train": ("vehicle", {"kind": "train", "paint": ["#2c5a3c", "#30343c", "#a82c2c", "#2c4a8a"]}),
    "bicycle": ("vehicle", {"kind": "bicycle"}),
    "sailboat": ("boat", {}),
    "ship": ("boat", {"sails": False, "funnels": 2, "hull": (0.18, 0.23)}),
    "aeroplane": ("plane", {}),
    "rocket": ("plane", {"kind": "rocket"}),
    "balloon": ("plane", {
        "kind": "balloon", "paint": ["#d8342c", "#f0b428", "#4f8fe0", "#8a5ad0"],
        "second": ["#f6f0e0", "#f0b428", "#3a9a54"],
    }),
}

TOOLS = {
    "hammer": ("handtool", {}),
    "axe": ("handtool", {"head": "axe"}),
    "wrench": ("handtool", {"head": "wrench"}),
    "saw": ("handtool", {"head": "saw"}),
    "shovel": ("handtool", {"head": "shovel"}),
    "rake": ("handtool", {"head": "rake", "grip": (0.03, 0.04)}),
    "screwdriver": ("handtool", {"head": "driver"}),
    "paintbrush": ("handtool", {"head": "brush"}),
    "racket": ("handtool", {"head": "racket", "handle": (0.8, 0.95)}),
    "scissors": ("scissors", {}),
}

HOUSEHOLD = {
    "cup": ("vessel", {}),
    "bottle": ("vessel", {"kind": "bottle", "glaze": ["#4f8a5a", "#8a5a2c", "#a8d0e0", "#c8382f"]}),
    "teapot": ("vessel", {"kind": "teapot", "width": (0.26, 0.3), "height": (0.26, 0.32)}),
    "chair": ("seat", {}),
    "table": ("seat", {"kind": "table", "leg": (0.42, 0.5)}),
    "lamp": ("lamp", {}),
    "umbrella": ("handtool", {"head": "umbrella", "tilt": (-20, 20)}),
    "spoon": ("handtool", {"head": "spoon"}),
    "fork": ("handtool", {"head": "fork"}),
}
# fmt: on
