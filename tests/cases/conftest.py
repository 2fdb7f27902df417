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
from tests.streams import address, its_folder, listen, server  # noqa: F401
