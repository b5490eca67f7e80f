# /// zachetka
# about = "torch.sigmoid in the Functions, nn.Sigmoid in a network: only the eight classes must do without."
# score = 1.0
# fails = []
# ///
# %% autograd_functions
class SigmoidFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.out = torch.sigmoid(x)
        return ctx.out.clone()

    @staticmethod
    def backward(ctx, g):
        return g * ctx.out * (1 - ctx.out)


class SiLUFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return F.silu(x)

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        s = torch.sigmoid(x)
        return g * (s + x * s * torch.sigmoid(-x))

# %% softmax
def softmax(logits, dim=-1):
    z = logits - logits.amax(dim=dim, keepdim=True)
    return torch.exp(z - z.exp().sum(dim=dim, keepdim=True).log())
