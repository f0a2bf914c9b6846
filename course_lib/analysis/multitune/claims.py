"""The claims of the document on MultiTune (Wang, Plested & Gedeon 2020) as tests over finished runs."""

from course_lib.analysis.multitune.method_claims import METHOD_CLAIMS
from course_lib.analysis.multitune.routing_claims import ROUTING_CLAIMS
from course_lib.analysis.multitune.switch_claims import SWITCH_CLAIMS
from course_lib.analysis.multitune.time_claims import TIME_CLAIMS
from course_lib.analysis.verdicts import Claim

CLAIMS: tuple[Claim, ...] = (*METHOD_CLAIMS, *SWITCH_CLAIMS, *TIME_CLAIMS, *ROUTING_CLAIMS)  # 16 and 17
