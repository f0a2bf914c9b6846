"""The studies of MultiTune (Wang, Plested, Gedeon, ICONIP 2020) and of SpotTune (Guo et al., CVPR 2019)."""

from course_lib.sweeps.studies.multitune.comparison import TWO_NETWORKS
from course_lib.sweeps.studies.multitune.penalties import PENALTIES
from course_lib.sweeps.studies.multitune.profiles import PROFILES
from course_lib.sweeps.studies.multitune.routing import GLOBAL_K, ROUTING
from course_lib.sweeps.studies.multitune.switches import SWITCHED

__all__ = ["PROFILES", "STUDIES"]

STUDIES = {study.name: study for study in (TWO_NETWORKS, SWITCHED, PENALTIES, ROUTING, GLOBAL_K)}
