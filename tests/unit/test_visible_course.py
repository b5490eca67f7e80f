import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from zachetka.errors import UsageError
from zachetka.grading import Grading


def refuse(course):
    Grading._refuse_visible_course(SimpleNamespace(job=SimpleNamespace(course=course)))


@pytest.mark.parametrize("folder", ["/usr/share/course", f"{sys.base_prefix}/course"])
def test_a_course_that_bubblewrap_would_show_is_refused(folder):
    with pytest.raises(UsageError, match="move the course"):
        refuse(Path(folder))


def test_a_course_elsewhere_is_not(tmp_path):
    refuse(tmp_path)
