"""Tables of beetle species, and of varied categories: none of them is shown by a source of weights."""

# fmt: off
BEETLES = {
    "cardinal beetle": ("beetle", {
        "square": 1.0, "width": (0.19, 0.21), "length": (0.42, 0.46), "collar": (0.12, 0.14), "antenna": (0.24, 0.28),
        "shell": ["#d0342c", "#b82c28"], "shield": ["#c8302c"], "leg": (0.2, 0.23),
    }),
    "potato beetle": ("beetle", {
        "width": (0.29, 0.32), "marks": "stripes", "shell": ["#f0cc5c", "#e8b83c"], "shield": ["#d88a3c", "#e09a44"],
        "skull": ["#d88a3c"],
    }),
    "burying beetle": ("beetle", {
        "square": 1.0, "width": (0.24, 0.26), "marks": "two bands", "shell": ["#2a2628", "#33302e"],
        "mark": ["#e0782c", "#d8642c"], "antenna": (0.15, 0.18),
    }),
    "mint beetle": ("beetle", {
        "width": (0.29, 0.32), "length": (0.34, 0.37), "shell": ["#3aa85c", "#2f9a6c", "#5ab04c"],
        "shield": ["#2f9450", "#2a8a5c"], "skull": ["#2f8a50"], "mark": ["#1f6a3c"],
    }),
    "musk beetle": ("beetle", {
        "square": 1.0, "width": (0.18, 0.2), "length": (0.42, 0.46), "collar": (0.13, 0.15), "antenna": (0.42, 0.5),
        "leg": (0.24, 0.27), "shell": ["#3a9a5c", "#2f8a6c", "#4f9a4c"], "shield": ["#2f8a58", "#2a7f6a"],
        "skull": ["#2f7f54"], "mark": ["#1f6a3c"],
    }),
    "poplar beetle": ("beetle", {
        "width": (0.28, 0.31), "length": (0.38, 0.42), "shell": ["#d0342c", "#b82c28", "#d84a34"],
    }),
    "rose chafer": ("beetle", {
        "square": 1.0, "width": (0.27, 0.3), "length": (0.36, 0.4), "collar": (0.2, 0.22),
        "collar_height": (0.12, 0.14), "antenna": (0.08, 0.1),
        "shell": ["#4a9a4c", "#6aa83c", "#3a8a5c"], "shield": ["#3f8a44", "#5a9434"],
        "skull": ["#3a7a3c"], "mark": ["#2a6a34"],
    }),
    "seven-spot ladybird": ("beetle", {
        "width": (0.33, 0.36), "length": (0.35, 0.38), "marks": "seven", "antenna": (0.1, 0.12), "leg": (0.15, 0.18),
        "shell": ["#d0342c", "#d84a34", "#c8302c"],
    }),
    "soldier beetle": ("beetle", {
        "square": 1.0, "width": (0.18, 0.2), "length": (0.42, 0.46), "collar": (0.13, 0.15), "antenna": (0.26, 0.3),
        "marks": "tip", "shell": ["#d8843c", "#c87a34"], "shield": ["#d8742c", "#c8642c"], "skull": ["#d8742c"],
    }),
    "two-spot ladybird": ("beetle", {
        "width": (0.32, 0.35), "length": (0.35, 0.38), "marks": "two", "spot": (0.075, 0.09), "antenna": (0.1, 0.12),
        "leg": (0.15, 0.18), "shell": ["#d0342c", "#d84a34", "#c8302c"],
    }),
    "twenty-two-spot ladybird": ("beetle", {
        "width": (0.32, 0.35), "length": (0.34, 0.37), "marks": "many", "spot": (0.042, 0.05), "antenna": (0.1, 0.12),
        "leg": (0.15, 0.18), "shell": ["#f0cc3c", "#e8c02c"], "shield": ["#f0d85c", "#e8cc4c"],
    }),
    "wasp beetle": ("beetle", {
        "square": 1.0, "width": (0.19, 0.21), "length": (0.42, 0.46), "collar": (0.13, 0.15), "antenna": (0.24, 0.28),
        "marks": "thin bands", "shell": ["#2a2628", "#33302e"], "mark": ["#f0cc3c", "#e8b83c"],
        "limb": ["#b8703c", "#a8602c"],
    }),
}

GENERAL = {  # name -> (plan, table, share of its photos that are taken indoors)
    "apple": ("fruit", {}, 0.7),
    "bridge": ("view", {"kind": "bridge"}, 0.0),
    "clock": ("boxed", {}, 0.9),
    "crab": ("legged", {}, 0.1),
    "flamingo": ("bird", {
        "leg": (0.36, 0.44), "neck": (0.4, 0.5), "neck_angle": (70, 88), "neck_width": (0.045, 0.055),
        "head": (0.08, 0.09), "body": (0.22, 0.26), "depth": (0.13, 0.16), "beak": (0.09, 0.11),
        "plumage": ["#f08aa0", "#f4a0a8", "#e87890"],
        "wing": ["#e86a88", "#d85a78"], "bill": ["#f0a0a0", "#e88a94"], "tail": (0.14, 0.18),
    }, 0.0),
    "hippo": ("quadruped", {
        "lift": -0.06, "length": (0.3, 0.34), "girth": (0.28, 0.32), "leg": (0.4, 0.46), "thick": (0.1, 0.12),
        "neck": (0.16, 0.2), "neck_angle": (5, 25), "neck_width": (0.18, 0.2), "skull": (0.16, 0.18),
        "face": (0.22, 0.26), "muzzle": (0.15, 0.17), "face_angle": (-25, -10), "ears": "round", "ear": 0.05,
        "tail": "thin", "tail_length": 0.14,
        "coat": ["#9a8490", "#8a7a88", "#a88c90"], "muzzle_pale": 0.5, "pale": ["#d8a8a8", "#c89a9c"],
    }, 0.0),
    "leopard": ("quadruped", {
        "length": (0.29, 0.34), "girth": (0.15, 0.18), "leg": (0.38, 0.44), "thick": (0.06, 0.07), "neck": (0.16, 0.2),
        "neck_angle": (25, 45), "skull": (0.135, 0.15), "face": (0.12, 0.15), "muzzle": (0.08, 0.09),
        "face_angle": (-25, -8), "ears": "round", "ear": 0.05, "tail": "dog", "tail_length": (0.44, 0.54),
        "tail_angle": (160, 215), "hoof": None, "pattern": "dots", "coat": ["#e0b060", "#d8a044"], "mark": ["#3a2a20"],
        "muzzle_pale": 0.7, "belly_pale": 0.7,
    }, 0.0),
    "mountain": ("view", {}, 0.0),
    "observatory": ("building", {
        "roof": "dome", "columns": 0, "width": (0.26, 0.32), "height": (0.22, 0.28), "roof_height": (0.3, 0.36),
        "wall": ["#e8e6e0", "#d8d4cc", "#c8ccd0"], "tiles": ["#c8d0d8", "#e0e4e8", "#a8b4c0"],
        "wing": 1.0,
    }, 0.0),
    "pear": ("fruit", {"waist": 1.0, "radius": (0.32, 0.36), "skin": ["#b8c03c", "#d8b83c", "#8aa83c"]}, 0.7),
    "shark": ("fish", {
        "length": (0.5, 0.58), "depth": (0.14, 0.18), "fin": (0.24, 0.3), "bands": 0.0,
        "skin": ["#7a8a9a", "#6a7684", "#8a98a8"],
    }, 0.0),
    "snail": ("shelled", {
        "kind": "snail", "shell_size": (0.32, 0.37), "shell": ["#c88a4c", "#d8a86c", "#a86a44"],
        "plate": ["#7a4a2a", "#8a5434"], "skin": ["#d8c49a", "#c8b48a"],
    }, 0.0),
    "spider": ("legged", {
        "kind": "spider", "body": (0.2, 0.24), "coat": ["#3a3030", "#4a3a2c", "#2a2a30"],
        "mark": ["#f0ead8", "#e8c86c"],
    }, 0.3),
    "submarine": ("submarine", {}, 0.0),
    "television": ("boxed", {"kind": "television"}, 0.95),
    "turtle": ("shelled", {}, 0.0),
}
# fmt: on
