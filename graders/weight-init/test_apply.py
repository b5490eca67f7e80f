"""Hidden checks of `weight-init`: apply_init."""

from zachetka.language import Text
from zachetka.pytest_plugin import Bool, ListOf, Str, check, fail


def applied(nb, *, width):
    import torch
    from torch import nn

    class Tower(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv1d(3, width, 2)
            self.body = nn.Sequential(
                nn.Linear(width, width + 1),
                nn.LayerNorm(width + 1),
                nn.Sequential(
                    nn.ReLU(),
                    nn.Linear(width + 1, width),
                    nn.ModuleList([nn.Linear(width, 7), nn.BatchNorm1d(7)]),
                ),
            )
            self.table = nn.ModuleDict({"fc": nn.Linear(3, width), "words": nn.Embedding(5, 3)})
            self.pair = nn.Bilinear(2, 3, 4)
            self.head = nn.Linear(7, 1, bias=False)

    model = Tower()
    with torch.no_grad():
        for module in model.modules():
            # Other numbers than those that reset_parameters() would give.
            if isinstance(module, nn.LayerNorm | nn.BatchNorm1d):
                module.weight.fill_(0.75)
                module.bias.fill_(0.25)
    names = {id(module): name for name, module in model.named_modules()}
    calls = []

    def init_(layer):
        calls.append(names.get(id(layer)) or f"<{type(layer).__name__}>")
        with torch.no_grad():
            if isinstance(layer, nn.Module):
                layer.weight.fill_(0.5)

    model.head.requires_grad_(False)  # as in a network that is tuned further
    flags = [parameter.requires_grad for parameter in model.parameters()]
    derived = torch.is_grad_enabled()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    result = nb.apply_init(model, init_)
    after = model.state_dict()
    derives = torch.is_grad_enabled() == derived
    trainable = derives and flags == [parameter.requires_grad for parameter in model.parameters()]
    alone, calls_alone = nn.Linear(2, 3), []
    nb.apply_init(alone, calls_alone.append)
    return {
        "trainable": trainable,
        "alone": any(layer is alone for layer in calls_alone),
        "calls of init_": calls,
        "changed parameters": [
            name for name in before if not torch.equal(before[name], after[name])
        ],
        "apply_init(model, init_)": "the model" if result is model else type(result).__name__,
    }


LINEARS = ["body.0", "body.2.1", "body.2.2.0", "table.fc", "head"]


def calls_of(student, rng):
    return student.run(
        applied,
        width=rng.integers(4, 9),
        returns={
            "trainable": Bool(),
            "alone": Bool(),
            "calls of init_": ListOf(Str()),
            "changed parameters": ListOf(Str()),
            "apply_init(model, init_)": Str(),
        },
    )


@check(
    "apply_init",
    points=2,
    title=Text("init_ is applied to nested layers, too", "init_ применяется и к вложенным слоям"),
    hint=Text(
        "model.modules() walks through all modules at any depth; children() stops at the first.",
        "model.modules() обходит модули на любой глубине, а children() — только на первой.",
    ),
)
def test_every_linear(student, rng):
    got = calls_of(student, rng)
    calls = got["calls of init_"]
    missed = [name for name in LINEARS if name not in calls]
    if missed:
        names = ", ".join(f"model.{name}" for name in missed)
        fail(
            Text(
                f"init_ was not called for {len(missed)} of {len(LINEARS)} layers nn.Linear: "
                f"{names}.",
                f"init_ не вызвана для {len(missed)} из {len(LINEARS)} слоёв nn.Linear: {names}.",
            )
        )
    if not got["alone"]:
        fail(
            Text(
                "init_ is not called for a model that is itself an nn.Linear: model.modules() "
                "gives the model, too.",
                "init_ не вызвана для модели, которая сама — nn.Linear: model.modules() даёт и "
                "саму модель.",
            )
        )


@check(
    "apply_init",
    points=1.5,
    title=Text(
        "init_ is applied to nothing but nn.Linear",
        "init_ применяется только к nn.Linear",
    ),
    hint=Text(
        "isinstance(module, nn.Linear) tells a linear layer from everything else.",
        "isinstance(module, nn.Linear) отличает линейный слой от всего остального.",
    ),
)
def test_nothing_else(student, rng):
    got = calls_of(student, rng)
    calls = got["calls of init_"]
    foreign = sorted({name for name in calls if name not in LINEARS})
    if "<Linear>" in foreign:
        fail(
            Text(
                "init_ was called for layers that are none of this model's: is it a copy?",
                "init_ вызвана для слоёв, которых в этой модели нет: это копия?",
            )
        )
    if foreign:
        fail(
            Text(
                f"init_ was called for what is no nn.Linear: {', '.join(foreign)}.",
                f"init_ вызвана для того, что не nn.Linear: {', '.join(foreign)}.",
            )
        )
    changed = [name for name in got["changed parameters"] if name.rpartition(".")[0] not in LINEARS]
    if changed:
        fail(
            Text(
                f"other parameters of the model have changed: {', '.join(changed)}.",
                f"изменились другие параметры модели: {', '.join(changed)}.",
            )
        )
    if not got["trainable"]:
        fail(
            Text(
                "after apply_init the model cannot be trained any more: gradients are switched "
                "off and stay so.",
                "после apply_init модель больше нельзя обучать: градиенты выключены и такими "
                "остались.",
            )
        )
    if not calls:
        fail(Text("init_ was never called.", "init_ ни разу не вызвана."))
    if len(calls) != len(set(calls)):
        # The task does not say how often: what is drawn last has the same distribution.
        student.flag("apply_init calls init_ more than once for the same layer")


@check(
    "apply_init",
    points=1.5,
    title=Text("the same model is returned", "возвращается та же модель"),
)
def test_returns_model(student, rng):
    got = calls_of(student, rng)["apply_init(model, init_)"]
    if got != "the model":
        fail(
            Text(
                f"apply_init must return the model that it was given, got {got}.",
                f"apply_init должна вернуть ту же модель, а вернула {got}.",
            )
        )
