# /// zachetka
# about = "Statistics by an interpreter of the traced graph; gradients of a sum of one-element losses kept as given."
# score = 1.0
# fails = []
# ///
# %% forward_statistics
import torch.fx


class _Meter(torch.fx.Interpreter):
    def __init__(self, traced):
        super().__init__(traced)
        self.found = []

    def call_module(self, target, args, kwargs):
        output = super().call_module(target, args, kwargs)
        if isinstance(self.fetch_attr(target), nn.Linear):
            flat = output.reshape(-1)
            std, mean = torch.std_mean(flat, correction=0)
            self.found.append((mean.item(), std.item()))
        return output


@torch.no_grad()
def forward_statistics(model, x):
    meter = _Meter(torch.fx.symbolic_trace(model))
    meter.run(x)
    return meter.found
