"""The wire between the trusted side and the agent: frames, and values inside frames.

Pure functions over bytes; who reads them from where, and how long they wait, is the caller's.
"""
