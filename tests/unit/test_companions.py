import pytest

from zachetka.errors import Cause, StudentFault
from zachetka.language import Text
from zachetka.pytest_plugin import either_way, own_fault


class Judge:
    """Fails with one fault among the student's definitions and with another among right ones."""

    def __init__(self, own=None, repaired=None):
        self.faults = {False: own, True: repaired}
        self.asked = []

    def __call__(self, repaired):
        self.asked.append(repaired)
        if self.faults[repaired] is not None:
            raise self.faults[repaired]


def fault(cause=Cause.ASSERTION):
    return StudentFault(cause, Text("wrong", "неверно"))


@pytest.mark.parametrize("way", [either_way, own_fault])
def test_what_is_right_is_judged_once(way):
    judge = Judge()
    way(judge)
    assert judge.asked == [False]


@pytest.mark.parametrize("way", [either_way, own_fault])
def test_what_is_right_among_right_companions_passes(way):
    judge = Judge(fault())
    way(judge)
    assert judge.asked == [False, True]


@pytest.mark.parametrize(("way", "told"), [(either_way, False), (own_fault, True)])
def test_of_two_faults_one_is_told(way, told):
    judge = Judge(fault(), fault())
    with pytest.raises(StudentFault) as caught:
        way(judge)
    assert caught.value is judge.faults[told]


@pytest.mark.parametrize("cause", [Cause.TIME_LIMIT, Cause.CRASH, Cause.MISSING])
def test_what_companions_cannot_mend_is_not_judged_twice(cause):
    judge = Judge(fault(cause))
    with pytest.raises(StudentFault):
        own_fault(judge)
    assert judge.asked == [False]


def test_an_exception_among_right_companions_only_is_not_told():
    own = fault()
    with pytest.raises(StudentFault) as caught:
        own_fault(Judge(own, fault(Cause.ERROR)))
    assert caught.value is own
