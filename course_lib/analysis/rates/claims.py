"""The claims of the document on learning rates (Dube et al. 2018) as tests over finished runs: a module a part."""

from course_lib.analysis.rates.layer_claims import layer_claims
from course_lib.analysis.rates.scale_claims import SCALE_CLAIMS
from course_lib.analysis.rates.source_claims import SOURCE_CLAIMS
from course_lib.analysis.verdicts import Claim

# Lessons 11, 12, 13.
CLAIMS: tuple[Claim, ...] = (*layer_claims(), *SCALE_CLAIMS, *SOURCE_CLAIMS)
