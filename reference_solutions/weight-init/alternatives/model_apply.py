# /// zachetka
# about = "model.apply; a temporary forward of nn.Linear; a deep copy for the gradients."
# score = 1.0
# fails = []
# ///
# %% apply_init
def apply_init(model, init_):
    return model.apply(lambda module: init_(module) if isinstance(module, nn.Linear) else None)


# %% forward_statistics
def forward_statistics(model, x):
    found, original = [], nn.Linear.forward

    def forward(self, signal):
        output = original(self, signal)
        array = output.detach().numpy()
        found.append((array.mean(), array.std()))
        return output

    nn.Linear.forward = forward
    try:
        with torch.inference_mode():
            model(x)
    finally:
        nn.Linear.forward = original
    return found


# %% gradient_statistics
import copy


def gradient_statistics(model, x, y, loss_fn):
    twin = copy.deepcopy(model)
    twin.zero_grad(set_to_none=True)
    loss_fn(twin(x), y).backward()
    return [torch.linalg.vector_norm(m.weight.grad).item() for m in twin.modules() if type(m) is nn.Linear]
