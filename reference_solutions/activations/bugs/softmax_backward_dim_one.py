# /// zachetka
# about = "The backward of its own Function sums over dimension 1, whatever dim is."
# score = 0.98
# fails = ["softmax.dim"]
# diagnosis = "The gradient is right for the rows of a matrix and wrong with dim=0"
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
        product = grad_output * result
        return product - result * product.sum(1, keepdim=True), None


def softmax(logits, dim=-1):
    """Exponents of the logits that sum to one along `dim`."""
    return SoftmaxFunction.apply(logits, dim)
