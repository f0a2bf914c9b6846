"""A course on fine-tuning and transfer learning for image classifiers.

The rooms, in the order data flows through them: `data` → `models` → `training` → `sweeps` → `analysis` → `figures`;
`teaching` turns them into lessons and `cli` into the command `course`.
"""

__version__ = "0.1.0"
