"""The claims of the document on extension strategies (Pittaras et al. 2017) as tests: a module a part."""

from course_lib.analysis.extension.feature_claims import FEATURE_CLAIMS
from course_lib.analysis.extension.multiplier_claims import MULTIPLIER_CLAIMS
from course_lib.analysis.extension.strategy_claims import STRATEGY_CLAIMS
from course_lib.analysis.verdicts import Claim

CLAIMS: tuple[Claim, ...] = (*MULTIPLIER_CLAIMS, *STRATEGY_CLAIMS, *FEATURE_CLAIMS)  # lessons 14 and 15
