# /// hostile
# about = "torch itself computes something else, and modules answer before they are asked."
# score = 0.2
# causes = { "double.values" = "assertion", "Scale.forward" = "wrong_type", "Scale.gradient" = "error" }
# ///
# %%
torch.Tensor.__add__ = lambda self, other: self
torch.Tensor.sum = lambda self, *args: self
torch.Tensor.copy_ = lambda self, other: self
nn.Module.__call__ = lambda self, x: self.weight.detach() * 0 + x
