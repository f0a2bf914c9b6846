"""Studies, named grids of recipes × data × seeds, and the ledger that keeps every finished run.

`run_study` computes what the ledger lacks, several runs at once, and returns all records.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "dataspec": ["DataSpec", "prepare"],
        "homework": ["GRIDS", "ORDER_ROWS", "STUDIES", "SUSPECTS", "TABLE_VIII"],
        "ledger": ["Ledger", "shipped_runs"],
        "profiles": ["PROFILES", "Profile", "get_profile"],
        "studies": ["finished_runs", "run_study", "study_tasks"],
        "task": ["Task"],
    },
)
