"""The studies of extension strategies (Pittaras et al. 2017): several concepts in one image."""

from course_lib.sweeps.studies.extension.grids import GRID_STUDIES
from course_lib.sweeps.studies.extension.profiles import PROFILES
from course_lib.sweeps.studies.extension.scenes import SCENES

__all__ = ["PROFILES", "STUDIES"]

STUDIES = {study.name: study for study in (SCENES, *GRID_STUDIES)}
