"""Studies, named grids of recipes × data × seeds, and the ledger that keeps every finished run.

`run_study` computes what the ledger lacks, several runs at once, and returns all records.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["studies"],
    submod_attrs={
        "ledger": ["Ledger", "shipped_runs"],
        "profiles": ["PROFILE_NAMES", "Profile", "check_profile"],
        "running": ["finished_runs", "run_study", "study_trials"],
        "studies": ["documents", "find_study", "list_studies"],
        "study": ["Study"],
        "trial": ["Trial"],
    },
)
