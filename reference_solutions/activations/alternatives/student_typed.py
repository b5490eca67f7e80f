# /// zachetka
# about = "Type hints, docstrings, keyword-only extras, extra_repr, overridden reset."
# score = 1.0
# fails = []
# ///
# %% MyLeakyReLU
class MyLeakyReLU(nn.Module):
    """Leaky ReLU, like nn.LeakyReLU(negative_slope)."""

    __constants__ = ["negative_slope"]
    negative_slope: float

    def __init__(self, negative_slope: float = 1e-2, *, inplace: bool = False) -> None:
        super().__init__()
        self.negative_slope = float(negative_slope)
        self.inplace = inplace

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        positive: torch.Tensor = torch.clamp(input, min=0.0)
        negative: torch.Tensor = torch.clamp(input, max=0.0)
        return positive + negative * self.negative_slope

    def extra_repr(self) -> str:
        return f"negative_slope={self.negative_slope}, not nn.ReLU"

# %% MyELU
from dataclasses import dataclass


@dataclass(frozen=True)
class EluSettings:
    alpha: float = 1.0


class MyELU(nn.Module):
    def __init__(self, alpha: float = EluSettings.alpha):
        super().__init__()
        self.settings = EluSettings(alpha)

    @property
    def alpha(self):
        return self.settings.alpha

    def forward(self, x):
        negative = x < 0
        out = x.clone()
        out[negative] = self.alpha * torch.expm1(x[negative])
        return out

# %% MySigmoid
class MySigmoid(nn.Module):
    def forward(self, x):
        out = torch.empty_like(x)
        right = x >= 0
        out[right] = 1 / (1 + torch.exp(-x[right]))
        e = torch.exp(x[~right])
        out[~right] = e / (1 + e)
        return out

# %% softmax
from typing import Optional


def softmax(logits: torch.Tensor, dim: Optional[int] = -1, *, eps: float = 0.0) -> torch.Tensor:
    """softmax, see torch.softmax"""
    with torch.no_grad():
        shift = torch.max(logits, dim=dim, keepdim=True).values
    exponents = torch.exp(torch.sub(logits, shift))
    return torch.div(exponents, exponents.sum(dim=dim, keepdim=True) + eps)
