"""The studies of learning rates per layer and of sources (Dube et al. 2018, https://arxiv.org/abs/1807.11459)."""

from course_lib.sweeps.studies.rates.layered import LAYER_RATES, VARY, layered_recipe
from course_lib.sweeps.studies.rates.profiles import PROFILES
from course_lib.sweeps.studies.rates.real import REAL_STUDIES
from course_lib.sweeps.studies.rates.scales import SCALE_STUDIES
from course_lib.sweeps.studies.rates.sources import SOURCE_STUDIES

__all__ = ["PROFILES", "STUDIES", "VARY", "layered_recipe"]

STUDIES = {study.name: study for study in (LAYER_RATES, *SCALE_STUDIES, *SOURCE_STUDIES, *REAL_STUDIES)}
