# /// zachetka
# about = "model.eval() is never taken back."
# score = 0.995
# fails = ["forward_statistics.mode"]
# diagnosis = "The model was in the mode train() and is not any more"
# ///
# %% forward_statistics
def forward_statistics(model, x):
    statistics = []
    model.eval()

    def hook(module, inputs, output):
        statistics.append((output.mean().item(), output.std(correction=0).item()))

    handles = [m.register_forward_hook(hook) for m in model.modules() if isinstance(m, nn.Linear)]
    with torch.no_grad():
        model(x)
    for handle in handles:
        handle.remove()
    return statistics
