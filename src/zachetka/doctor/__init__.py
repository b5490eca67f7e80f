"""Mend a notebook so that Jupyter and its tools open it, or merge two of them into one."""

from zachetka.doctor.merge import merged
from zachetka.doctor.repair import OUTPUT_BYTES, OUTPUTS_BYTES, Repaired, repaired

__all__ = ["OUTPUTS_BYTES", "OUTPUT_BYTES", "Repaired", "merged", "repaired"]
