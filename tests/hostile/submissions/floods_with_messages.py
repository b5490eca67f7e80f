# /// hostile
# about = "Displays, messages of widgets and answers to nobody without end, too many to be worth a memory."
# score = 1.0
# causes = {}
# cells = { 1 = "time_limit" }
# limits = "cell_s = 5"
# ///
# %%
kernel = get_ipython().kernel
number = 0
while True:
    number += 1
    display({"text/html": "<script>alert(1)</script>" * 1000}, raw=True, display_id=f"display-{number}")
    for kind in ("comm_open", "comm_msg", "comm_close"):
        content = {"comm_id": f"widget-{number}", "target_name": "jupyter.widget", "data": {"x": "y" * 10_000}}
        kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent())
