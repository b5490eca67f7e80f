# /// zachetka
# about = "softmax: the backward of its own Function knows the diagonal of the Jacobian only."
# score = 0.98
# fails = ["softmax.gradient"]
# diagnosis = "only the diagonal of the Jacobian is there"
# ///
# %% softmax
class SoftmaxFunction(torch.autograd.Function):
    """A softmax along a dimension."""

    @staticmethod
    def forward(ctx, logits, dim):
        exponents = (logits - logits.amax(dim, keepdim=True)).exp()
        result = exponents / exponents.sum(dim, keepdim=True)
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx, grad_output):
        (result,) = ctx.saved_tensors
        return grad_output * result * (1 - result), None


def softmax(logits, dim=-1):
    """Exponents of the logits that sum to one along `dim`."""
    return SoftmaxFunction.apply(logits, dim)
