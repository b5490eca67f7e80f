# /// zachetka
# about = "torch.func: parameters in a dict, Adam by hand, loaded into the module at the end."
# score = 1.0
# fails = []
# ///
# %% gradient_statistics
from torch.func import functional_call, grad


def gradient_statistics(model, x, y, loss_fn):
    params = {k: v.detach() for k, v in model.named_parameters()}
    grads = grad(lambda p: loss_fn(functional_call(model, p, (x,)), y))(params)
    names = [k for k, m in model.named_modules() if isinstance(m, nn.Linear)]
    return [grads[f"{k}.weight" if k else "weight"].flatten().norm().tolist() for k in names]


# %% train_with_init
from torch.func import functional_call, grad_and_value


def train_with_init(
    init_, x, y, *, depth=10, width=64, epochs=60, batch_size=50, learning_rate=0.003, seed=0
):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        widths = (2,) + (width,) * (depth - 1) + (1,)
        net = nn.Sequential()
        for i in range(depth):
            net.append(nn.Linear(widths[i], widths[i + 1]))
            init_(net[-1])
            net.append(nn.ReLU() if i < depth - 1 else nn.Flatten(0))
        params = {k: v.detach().clone() for k, v in net.named_parameters()}

        def loss(p, xb, yb):
            return F.binary_cross_entropy_with_logits(functional_call(net, p, (xb,)), yb)

        step_of = grad_and_value(loss)
        m = {k: torch.zeros_like(v) for k, v in params.items()}
        v = {k: torch.zeros_like(w) for k, w in params.items()}
        t, history = 0, []
        for _ in range(epochs):
            values = []
            for idx in torch.randperm(len(x)).chunk(max(1, -(-len(x) // batch_size))):
                g, value = step_of(params, x[idx], y[idx])
                t += 1
                for k in params:
                    m[k] = 0.9 * m[k] + 0.1 * g[k]
                    v[k] = 0.999 * v[k] + 0.001 * g[k] ** 2
                    fixed_m, fixed_v = m[k] / (1 - 0.9**t), v[k] / (1 - 0.999**t)
                    params[k] = params[k] - learning_rate * fixed_m / (fixed_v.sqrt() + 1e-8)
                values.append(value.item())
            history.append(sum(values) / len(values))
    net.load_state_dict(params)
    return net, history
