import pytest
import torch

from zachetka.pytest_plugin import Rng

SECRET = b"a secret of the course"


def draw(rng):
    return [
        rng.normal(3, 2),
        rng.uniform(4),
        rng.number(0, 1),
        rng.integers(0, 1000),
        rng.integer_tensor(0, 1000, 3),
        rng.signs(5),
        rng.permutation(9),
        rng.choice(["a", "b", "c"]),
        rng.seed(),
        *rng.moons(6),
    ]


def test_the_same_check_of_the_same_submission_has_the_same_inputs():
    assert str(draw(Rng(SECRET, "ab", "task.check"))) == str(draw(Rng(SECRET, "ab", "task.check")))


@pytest.mark.parametrize(
    "other",
    [
        (b"another secret of it", "ab", "task.check"),
        (SECRET, "ac", "task.check"),
        (SECRET, "ab", "task.other"),
        (SECRET, "ab\0task", "check"),
    ],
    ids=["secret", "submission", "check", "boundary"],
)
def test_inputs_differ_by_secret_submission_and_check(other):
    seeds = Rng(SECRET, "ab", "task.check").integer_tensor(0, 2**62, 4)
    assert not torch.equal(Rng(*other).integer_tensor(0, 2**62, 4), seeds)


@pytest.fixture
def rng():
    return Rng(SECRET, "ab", "task.check")


def test_one_draw_does_not_repeat_the_last(rng):
    assert not torch.equal(rng.normal(4), rng.normal(4))


def test_the_global_generators_are_left_alone(rng):
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    draw(rng)
    assert torch.equal(torch.rand(1), expected)


@pytest.mark.parametrize(
    ("make", "dtype", "shape"),
    [
        (lambda rng: rng.normal(3, 2), torch.float32, (3, 2)),
        (lambda rng: rng.normal(), torch.float32, ()),
        (lambda rng: rng.normal(2, dtype=torch.float64), torch.float64, (2,)),
        (lambda rng: rng.uniform(2, 0), torch.float32, (2, 0)),
        (lambda rng: rng.integer_tensor(0, 5, 4), torch.int64, (4,)),
        (lambda rng: rng.signs(4), torch.float32, (4,)),
        (lambda rng: rng.permutation(4), torch.int64, (4,)),
        (lambda rng: rng.moons(7)[0], torch.float32, (7, 2)),
        (lambda rng: rng.moons(7)[1], torch.float32, (7,)),
    ],
)
def test_tensors_have_the_promised_type(rng, make, dtype, shape):
    tensor = make(rng)
    assert (tensor.dtype, tuple(tensor.shape)) == (dtype, shape)


def test_parameters_shape_the_values(rng):
    normal = rng.normal(4000, mean=5.0, std=0.1)
    assert abs(normal.mean() - 5) < 0.05
    assert abs(normal.std() - 0.1) < 0.02
    uniform = rng.uniform(1000, low=-3, high=-2)
    assert -3 <= uniform.min() < uniform.max() < -2
    assert set(rng.integer_tensor(2, 5, 300).tolist()) == {2, 3, 4}
    assert {rng.integers(2, 4) for _ in range(100)} == {2, 3}
    assert sorted(rng.permutation(6).tolist()) == list(range(6))
    assert 0 <= rng.seed() < 2**31


@pytest.mark.parametrize("count", [2, 3, 50])
def test_both_signs_appear(count):
    for check in range(30):
        assert set(Rng(SECRET, "ab", str(check)).signs(count).tolist()) == {-1.0, 1.0}


@pytest.mark.parametrize("count", [0, 1])
def test_signs_of_less_than_two(rng, count):
    assert rng.signs(count).shape == (count,)


def test_moons_are_two_half_circles_in_random_order(rng):
    points, sides = rng.moons(200, noise=0.0)
    assert sorted(set(sides.tolist())) == [-1.0, 1.0]
    assert (sides == 1).sum() == 100
    assert not torch.equal(sides, sides.sort().values)
    lower, upper = points[sides == 1], points[sides == -1]
    assert torch.allclose(upper.norm(dim=1), torch.ones(100), atol=1e-5)
    assert upper[:, 1].min() >= -1e-6
    centred = lower - torch.tensor([1.0, 0.5])
    assert torch.allclose(centred.norm(dim=1), torch.ones(100), atol=1e-5)
    assert centred[:, 1].max() <= 1e-6


def test_noise_moves_the_moons(rng):
    points, sides = rng.moons(500, noise=0.2)
    radii = points[sides == -1].norm(dim=1)
    assert 0.1 < radii.std() < 0.3
