"""Tables of animals, people and plants: how each category differs from its body plan's usual proportions."""

# fmt: off
ANIMALS = {
    "dog": ("quadruped", {
        "lift": 0.0, "length": (0.24, 0.32), "girth": (0.145, 0.185), "leg": (0.4, 0.52), "thick": (0.055, 0.07),
        "neck": (0.19, 0.24), "neck_angle": (48, 66), "neck_width": (0.1, 0.12), "skull": (0.155, 0.185),
        "face": (0.22, 0.27), "muzzle": (0.07, 0.09), "face_angle": (-22, -2), "tongue": 0.45, "ears": "floppy",
        "ear": (0.15, 0.2), "tail": "dog", "tail_length": (0.26, 0.36), "tail_angle": (85, 135), "hoof": None,
        "coat": ["#c98a4b", "#8a5a34", "#e8d2a6", "#6a5a50", "#d8a868", "#f0ece2", "#4a3a32"],
        "mark": ["#5a3a24", "#3a2a20", "#7a4a2a", "#2a2422"], "pattern": "blobs", "pattern_chance": 0.45,
        "muzzle_pale": 0.4, "belly_pale": 0.3, "socks": 0.25, "collar": 0.6,
    }),
    "elephant": ("quadruped", {
        "lift": 0.08, "length": (0.27, 0.32), "girth": (0.27, 0.32), "leg": (0.54, 0.63), "thick": (0.105, 0.13),
        "taper": (0.85, 0.95), "neck": (0.16, 0.2), "neck_angle": (20, 42), "neck_width": (0.2, 0.23),
        "skull": (0.2, 0.235), "face": (0.17, 0.21), "muzzle": (0.1, 0.12), "face_angle": (-55, -38), "ears": "fan",
        "ear": (0.2, 0.26), "tail": "tuft", "tail_length": (0.2, 0.26),
        "coat": ["#8f959c", "#a3a8b0", "#7d8288", "#9a8f88", "#8a9cb4"], "mark": ["#d8a8a8", "#b48a88", "#c49a98"],
        "hair": ["#4a4a4e"], "hoof": ["#e8e2d4"], "trunk": (0.42, 0.56), "tusk": (0.13, 0.2),
    }),
    "giraffe": ("quadruped", {
        "lift": -0.17, "length": (0.19, 0.24), "girth": (0.135, 0.16), "slope": (0.03, 0.06), "leg": (0.54, 0.63),
        "thick": (0.05, 0.06), "neck": (0.6, 0.74), "neck_angle": (62, 80), "neck_width": (0.1, 0.12),
        "neck_taper": (0.6, 0.7), "skull": (0.095, 0.11), "face": (0.17, 0.21), "muzzle": (0.06, 0.075),
        "face_angle": (-32, -12), "ears": "side", "ear": (0.12, 0.15), "tail": "tuft", "tail_length": (0.26, 0.34),
        "coat": ["#f0c95c", "#e8b84c", "#f4d88a"], "mark": ["#a8602a", "#8a4c22", "#b8742e"], "hair": ["#7a4520"],
        "pattern": "patches", "mane": "short", "horns": "ossicones", "horn": (0.1, 0.13), "muzzle_pale": 0.7,
    }),
    "horse": ("quadruped", {
        "lift": -0.02, "length": (0.3, 0.36), "girth": (0.17, 0.205), "leg": (0.52, 0.6), "thick": (0.055, 0.068),
        "stride": (-0.13, 0.13), "neck": (0.34, 0.42), "neck_angle": (45, 62), "neck_width": (0.13, 0.155),
        "neck_taper": (0.68, 0.8), "skull": (0.11, 0.125), "face": (0.27, 0.32), "muzzle": (0.07, 0.082),
        "face_angle": (-56, -32), "ears": "pointy", "ear": (0.085, 0.105), "tail": "brush",
        "tail_length": (0.46, 0.58), "tail_angle": (245, 265),
        "coat": ["#8a4f2a", "#5f3820", "#b8763c", "#e8e2d6", "#7a7470", "#d8a45c", "#3a2c26"],
        "hair": ["#2a1c14", "#e8d8a8", "#3f2a1a", "#c88a4a", "#f4f0e6"], "mane": "horse", "socks": 0.4,
        "muzzle_pale": 0.25,
    }),
    "cow": ("quadruped", {
        "girth": (0.22, 0.26), "leg": (0.46, 0.52), "face": (0.2, 0.24), "muzzle": (0.095, 0.11), "ears": "side",
        "horns": "cow", "horn": (0.12, 0.18), "tail": "tuft", "neck": (0.16, 0.22), "neck_angle": (25, 45),
        "coat": ["#f2eee6", "#8a5230", "#5a3a28"], "mark": ["#2c2624", "#7a4a2c"], "pattern": "blobs",
        "pattern_chance": 0.8, "muzzle_pale": 0.8,
    }),
    "camel": ("quadruped", {
        "lift": 0.0, "leg": (0.52, 0.6), "thick": (0.05, 0.06), "neck": (0.34, 0.42), "neck_angle": (35, 58),
        "neck_width": (0.09, 0.1), "skull": (0.1, 0.11), "face": (0.18, 0.22), "tail": "tuft", "ears": "pointy",
        "ear": (0.07, 0.09), "hump": (0.2, 0.26), "humps": 2, "coat": ["#c89a5c", "#b8864a", "#d8b47c"],
        "hair": ["#6b4526"],
    }),
    "deer": ("quadruped", {
        "girth": (0.15, 0.18), "leg": (0.5, 0.58), "thick": (0.045, 0.055), "neck": (0.27, 0.34),
        "neck_angle": (55, 72), "neck_width": (0.085, 0.1), "skull": (0.1, 0.115), "ears": "side", "horns": "antlers",
        "horn": (0.32, 0.42), "tail": "ball", "tail_length": 0.06, "coat": ["#a8683a", "#8a5630", "#b87a44"],
        "pattern": "dots", "pattern_chance": 0.4, "mark": ["#f0e0c4"], "belly_pale": 0.7,
    }),
    "cat": ("quadruped", {
        "length": (0.24, 0.3), "girth": (0.14, 0.17), "leg": (0.33, 0.4), "thick": (0.05, 0.06), "neck": (0.12, 0.16),
        "neck_angle": (40, 60), "skull": (0.16, 0.19), "face": (0.09, 0.12), "muzzle": (0.08, 0.095),
        "face_angle": (-25, -8), "ears": "pointy", "ear": (0.14, 0.17), "tail": "dog", "tail_length": (0.4, 0.52),
        "tail_angle": (60, 140), "hoof": None, "pattern": "stripes", "pattern_chance": 0.5,
        "coat": ["#d88a3c", "#8a8a8e", "#3a3634", "#f0e8da", "#b89a74"], "mark": ["#8a4a1c", "#4a4a4e"],
        "muzzle_pale": 0.6, "socks": 0.4,
    }),
    "sheep": ("quadruped", {
        "length": (0.24, 0.28), "girth": (0.2, 0.23), "leg": (0.4, 0.46), "neck": (0.12, 0.16),
        "neck_angle": (20, 40), "wool": True, "skull": (0.12, 0.14), "ears": "side", "tail": "ball",
        "tail_length": 0.08, "pattern": "face", "mark": ["#3a3432", "#d8c8b0"],
        "coat": ["#f2ede0", "#e0d8c6", "#8a8078"],
    }),
    "pig": ("quadruped", {
        "lift": -0.05, "girth": (0.23, 0.27), "leg": (0.36, 0.42), "neck": (0.1, 0.14), "neck_angle": (5, 30),
        "skull": (0.16, 0.18), "face": (0.17, 0.2), "muzzle": (0.085, 0.1), "face_angle": (-18, 0), "ears": "pointy",
        "ear": (0.1, 0.13), "tail": "curl", "tail_length": 0.07, "coat": ["#f0a8a4", "#e89a92", "#f4bcae", "#8a6a60"],
    }),
    "bear": ("quadruped", {
        "girth": (0.25, 0.29), "leg": (0.42, 0.48), "thick": (0.1, 0.115), "neck": (0.14, 0.18),
        "neck_angle": (15, 40), "neck_width": (0.16, 0.18), "skull": (0.17, 0.19), "face": (0.16, 0.19),
        "muzzle": (0.08, 0.1), "ears": "round", "ear": 0.065, "tail": "none", "hoof": None,
        "coat": ["#6b4526", "#4a3020", "#efe9dc", "#33281f"], "muzzle_pale": 0.6,
    }),
    "rabbit": ("quadruped", {
        "lift": -0.15, "length": (0.16, 0.2), "girth": (0.19, 0.22), "rump": (1.05, 1.2), "leg": (0.28, 0.33),
        "neck": (0.12, 0.15), "skull": (0.15, 0.17), "face": (0.08, 0.1), "muzzle": (0.085, 0.1), "ears": "long",
        "ear": (0.34, 0.44), "tail": "ball", "tail_length": 0.09, "hoof": None,
        "coat": ["#b8a08a", "#f0ece4", "#8a7464", "#6a6a6e"], "muzzle_pale": 0.4,
    }),
    "fox": ("quadruped", {
        "length": (0.25, 0.3), "girth": (0.14, 0.16), "leg": (0.36, 0.42), "thick": (0.045, 0.055),
        "neck": (0.14, 0.18), "skull": (0.14, 0.155), "face": (0.2, 0.24), "muzzle": (0.04, 0.05), "ears": "pointy",
        "ear": (0.17, 0.2), "tail": "bushy", "tail_length": (0.4, 0.5), "tail_angle": (170, 200), "hoof": None,
        "coat": ["#d8702c", "#c85f24", "#e0843c"], "muzzle_pale": 0.8, "belly_pale": 0.6,
    }),
    "wolf": ("quadruped", {
        "length": (0.28, 0.34), "girth": (0.17, 0.2), "leg": (0.42, 0.48), "neck": (0.18, 0.22),
        "neck_angle": (25, 45), "skull": (0.14, 0.16), "face": (0.22, 0.26), "muzzle": (0.06, 0.075),
        "ears": "pointy", "ear": (0.13, 0.16), "tail": "bushy", "tail_length": (0.34, 0.42), "tail_angle": (225, 255),
        "hoof": None, "coat": ["#7a7c80", "#9a948c", "#5a5854"], "muzzle_pale": 0.7, "belly_pale": 0.5,
    }),
    "zebra": ("quadruped", {
        "girth": (0.17, 0.2), "leg": (0.5, 0.56), "neck": (0.3, 0.36), "neck_angle": (45, 60),
        "neck_width": (0.12, 0.14), "skull": (0.105, 0.12), "face": (0.22, 0.26), "face_angle": (-50, -30),
        "tail": "tuft", "mane": "short", "pattern": "stripes", "coat": ["#f4f1ea"], "mark": ["#1f1c1c"],
        "hair": ["#1f1c1c"],
    }),
    "donkey": ("quadruped", {
        "girth": (0.18, 0.21), "leg": (0.46, 0.52), "neck": (0.26, 0.32), "neck_angle": (38, 55),
        "skull": (0.115, 0.13), "face": (0.23, 0.27), "muzzle": (0.08, 0.09), "face_angle": (-45, -28),
        "ears": "long", "ear": (0.22, 0.28), "tail": "tuft", "mane": "short",
        "coat": ["#8a8680", "#7a6a5a", "#a39a90"], "muzzle_pale": 0.9, "belly_pale": 0.7,
    }),
    "llama": ("quadruped", {
        "lift": -0.12, "girth": (0.2, 0.23), "length": (0.22, 0.27), "leg": (0.44, 0.5), "neck": (0.44, 0.54),
        "neck_angle": (68, 84), "neck_width": (0.11, 0.13), "skull": (0.115, 0.13), "face": (0.14, 0.17),
        "ears": "pointy", "ear": (0.13, 0.16), "tail": "ball", "tail_length": 0.08,
        "coat": ["#efe4cf", "#c8a47a", "#8a6a50", "#5a463a"],
    }),
    "goat": ("quadruped", {
        "girth": (0.18, 0.21), "leg": (0.42, 0.48), "neck": (0.2, 0.26), "neck_angle": (45, 60),
        "skull": (0.11, 0.125), "ears": "side", "horns": "back", "horn": (0.24, 0.32), "tail": "ball",
        "tail_length": 0.06, "coat": ["#efe9dc", "#a39484", "#5f5650"],
    }),
    "rhino": ("quadruped", {
        "lift": 0.0, "length": (0.3, 0.35), "girth": (0.27, 0.31), "leg": (0.46, 0.52), "thick": (0.1, 0.12),
        "neck": (0.18, 0.22), "neck_angle": (0, 18), "neck_width": (0.18, 0.2), "skull": (0.16, 0.18),
        "face": (0.28, 0.32), "muzzle": (0.1, 0.12), "face_angle": (-38, -22), "ears": "pointy", "ear": (0.09, 0.11),
        "tail": "tuft", "tail_length": 0.22, "horns": "rhino", "horn": (0.2, 0.26),
        "coat": ["#8a8c8e", "#7a7672", "#9aa0a4"],
    }),
    "mammoth": ("quadruped", {
        "lift": 0.05, "length": (0.27, 0.31), "girth": (0.3, 0.34), "slope": (0.04, 0.07), "leg": (0.5, 0.57),
        "thick": (0.11, 0.13), "neck": (0.2, 0.24), "neck_angle": (40, 58), "neck_width": (0.2, 0.22),
        "skull": (0.21, 0.24), "face": (0.18, 0.21), "muzzle": (0.1, 0.115), "face_angle": (-60, -42), "ears": "side",
        "ear": (0.12, 0.15), "tail": "thin", "tail_length": 0.22, "coat": ["#6b4a30", "#7f5a38", "#55402f"],
        "trunk": (0.42, 0.54), "tusk": (0.3, 0.42), "hoof": ["#3a2a1e"],
    }),
    "lion": ("quadruped", {
        "girth": (0.19, 0.22), "leg": (0.42, 0.48), "thick": (0.07, 0.08), "neck": (0.18, 0.22),
        "skull": (0.155, 0.175), "face": (0.13, 0.16), "muzzle": (0.09, 0.1), "face_angle": (-25, -10),
        "ears": "round", "ear": 0.055, "tail": "tuft", "tail_length": (0.4, 0.5), "tail_angle": (190, 230),
        "hoof": None, "mane": "lion", "coat": ["#d8a44c", "#c8924a", "#e0b868"], "hair": ["#8a4f22", "#6b3a1c"],
        "muzzle_pale": 0.7,
    }),
    "duck": ("bird", {"beak_width": 0.045, "plumage": ["#f6f2e6", "#f0d04c", "#8a6a4a", "#5a7a5c"]}),
    "chicken": ("bird", {"comb": True, "tail_angle": (110, 135), "plumage": ["#f4efe4", "#a8602c", "#c8903c"]}),
    "swan": ("bird", {
        "body": (0.3, 0.35), "neck": (0.46, 0.56), "neck_angle": (68, 85), "neck_width": (0.055, 0.065),
        "head": (0.09, 0.105), "leg": (0.1, 0.12), "plumage": ["#fbfaf6", "#e8e8ea"], "wing": ["#e4e4e4"],
    }),
    "fish": ("fish", {}),
    "butterfly": ("butterfly", {}),
}

PEOPLE = {
    "person": ("biped", {"head": (0.17, 0.235)}),
    "robot": ("biped", {
        "head_shape": "box", "hair": "none", "skirt": 0.0, "hat": 0.0, "headgear": "antenna", "panel": True,
        "skin": ["#b8c0c8", "#9aa8b4", "#d8c48a"], "top": ["#8f9aa4", "#c8382f", "#4f7fb0", "#a8b0b8"],
        "legs": ["#6a727c", "#50545c"], "shoes": ["#40444c"],
    }),
    "dancer": ("biped", {
        "head": (0.13, 0.16), "tutu": True, "skirt": 0.0, "hat": 0.0, "headgear": "bun", "kick": (0.3, 0.9),
        "left_arm": (100, 170), "right_arm": (20, 80), "long_hair": 0.0,
        "top": ["#f0a0b4", "#e8e0f0", "#b48ad0", "#8ac4e0"], "legs": ["#f4dcd0", "#f0e8e4"], "shoes": ["#f0a0b4"],
    }),
    "astronaut": ("biped", {
        "hair": "none", "skirt": 0.0, "hat": 0.0, "headgear": "helmet", "face": False, "panel": True,
        "leg_width": (0.085, 0.1), "arm_width": (0.065, 0.075), "shoulders": (0.18, 0.21), "waist": (0.16, 0.19),
        "top": ["#e8ecf0", "#f0a04c"], "legs": ["#dfe4ea"], "shoes": ["#8a929c"], "skin": ["#c8d0d8"],
    }),
    "clown": ("biped", {
        "hat": 0.0, "headgear": "cone", "hair_colour": ["#e8483c", "#f08a2c", "#4fae5a"], "waist": (0.19, 0.23),
        "skin": ["#fbeee0"], "top": ["#f0d03c", "#8a5ad0", "#4fb0e0"], "legs": ["#d8342c", "#3a7ad0", "#3a9a54"],
        "shoes": ["#d8342c", "#f0b428"], "skirt": 0.0,
    }),
    "monkey": ("biped", {
        "hair": "none", "ears": True, "tail": True, "skirt": 0.0, "hat": 0.0, "leg": (0.24, 0.3), "arm": (0.22, 0.27),
        "belly": True, "skin": ["#7a4f2e", "#5f3b22", "#8f6a48"], "top": ["#7a4f2e", "#6b4528"],
        "legs": ["#6b4528", "#5f3b22"], "shoes": ["#c89a74"],
    }),
    "penguin": ("biped", {
        "hair": "none", "beak": True, "flippers": True, "belly": True, "skirt": 0.0, "hat": 0.0, "leg": (0.1, 0.13),
        "body": (0.5, 0.58), "shoulders": (0.2, 0.23), "waist": (0.24, 0.27), "left_arm": (215, 245),
        "right_arm": (-65, -35), "skin": ["#2c3038", "#3a4a66"], "top": ["#2c3038", "#3a4a66"], "legs": ["#f0a02c"],
        "shoes": ["#f0a02c"],
    }),
    "snowman": ("snow", {"hat": 0.0, "headgear": "tophat"}),
    "king": ("biped", {
        "hat": 0.0, "headgear": "crown", "skirt": 1.0, "top": ["#a8242c", "#5a2c8a", "#2c4a9a"],
        "legs": ["#7a1c24", "#3a2c5a"], "hair_colour": ["#e8e4dc", "#8a5a2b", "#4b2f1c"], "long_hair": 0.8,
    }),
}

PLANTS = {
    "tree": ("tree", {"fruit": 0.3}),
    "pine": ("tree", {"kind": "pine", "height": (0.24, 0.34), "leaf": ["#2f6b3c", "#3f7f4a", "#27583a"]}),
    "palm": ("tree", {"kind": "palm", "crown": (0.34, 0.42), "leaf": ["#4c9a3c", "#6bae4c"]}),
    "cactus": ("cactus", {}),
    "flower": ("flower", {}),
    "tulip": ("flower", {
        "kind": "tulip", "bloom": ["#d8342c", "#f0b428", "#e8709a", "#8a4ab0"], "width": (0.11, 0.14),
    }),
    "mushroom": ("mushroom", {}),
}
# fmt: on
