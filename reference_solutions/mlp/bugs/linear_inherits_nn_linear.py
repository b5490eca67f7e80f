# /// zachetka
# about = "nn.Linear under another name as the base class."
# score = 0.85
# fails = [
#     "MyLinear.parameters",
#     "MyLinear.forward",
#     "MyLinear.input_shapes",
#     "MyLinear.no_bias",
#     "MyLinear.linear_gradients",
# ]
# diagnosis = "nn.Linear and F.linear are not allowed"
# ///
# %% MyLinear
Base = getattr(nn, "Linear")


class MyLinear(Base):
    pass
