import pytest
from toy_course import HONEST, ToyCourse

from zachetka.intake.classlist import read_class
from zachetka.manifest import load_manifest
from zachetka.pages import site


@pytest.fixture
def pages(tmp_path):
    ToyCourse.make(tmp_path).hand_in([HONEST])
    course = tmp_path / "course"
    manifest = load_manifest(course, "toy")
    return site.Site(course, manifest, tmp_path / "out", read_class(tmp_path / "class"))


def test_a_template_that_cannot_be_read_is_named(pages, tmp_path):
    template = tmp_path / "course/assignments/toy/toy.en.ipynb"
    template.write_text("")
    pages.write_class()
    (trouble,) = pages.troubles
    assert f"cannot be made: the template {template} cannot be read: The file is empty" in trouble


def test_a_bug_of_ours_costs_the_page_of_the_class_alone(pages, monkeypatch):
    monkeypatch.setattr(site, "similar_pairs", lambda *_args, **_options: 1 / 0)
    pages.write_class()
    assert pages.troubles == [
        "the page of the class cannot be made: ZeroDivisionError('division by zero')"
    ]
