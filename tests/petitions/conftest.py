"""The fixtures of cases serve every desk."""

from tests.cases.fixtures import (  # noqa: F401
    _rules,
    applicant,
    bureau,
    case,
    centre,
    clerk,
    clerk2,
    closed,
    handler,
    other_bureau,
    stranger,
)
from tests.petitions.fixtures import (  # noqa: F401
    accepted,
    colleague,
    draft,
    handling,
    officer,
    officer2,
    opinion,
    petition,
    petition_office,
    registered,
    sent,
    signed,
    unit_head,
)
