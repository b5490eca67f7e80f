# /// zachetka
# about = "The children are run one after another: right for nn.Sequential only."
# score = 0.98
# fails = ["forward_statistics.forward_order"]
# ///
# %% forward_statistics
def forward_statistics(model, x):
    statistics = []
    with torch.no_grad():
        for layer in model.children():
            x = layer(x)
            if isinstance(layer, nn.Linear):
                statistics.append((x.mean().item(), x.std(correction=0).item()))
    return statistics
