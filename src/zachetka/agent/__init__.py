"""The part of Zachetka that lives inside the sandbox, beside the student's code.

Whoever owns the kernel owns the agent: nothing here is secret, and nothing that it says is
believed outside. It imports only `zachetka.protocol` of ours.
"""
