# /// hostile
# about = "Garbage on the kernel's own channels, past every cap on what is printed."
# score = 1.0
# causes = {}
# cells = { 1 = "failed" }
# ///
# %%
kernel = get_ipython().kernel
for _ in range(50):
    kernel.iopub_socket.send_multipart([b"garbage", b"<IDS|MSG>", b"", b"{", b"}", b"[", b"\xff"])
    kernel.iopub_socket.send_multipart([b""])
for _ in range(20):
    display({"text/plain": "x" * 10**6, "image/png": "x" * 10**6}, raw=True)
kernel.session.send(kernel.iopub_socket, "status", {"execution_state": "idle"}, parent={})
kernel.session.send(kernel.iopub_socket, "stream", {"name": 1}, parent=kernel.get_parent())
kernel.session.send(kernel.iopub_socket, "comm_open", {"comm_id": 1, "data": []}, parent=kernel.get_parent())
