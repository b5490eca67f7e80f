"""Runs `zachetka verify` with the arguments given, and puts its findings on the job's summary.

verify.json and verify.xml, which is JUnit, go to zachetka-verify in RUNNER_TEMP. Leaves with the
exit code of `zachetka verify`.
"""  # noqa: INP001 - a script that courses copy

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from zachetka.cli.job_summary import publish, unfinished_verification, verification_summary


def main() -> int:
    """Verify the graders and write the summary."""
    arguments = sys.argv[1:]
    folder = Path(os.environ.get("RUNNER_TEMP") or Path.cwd()) / "zachetka-verify"
    folder.mkdir(exist_ok=True)
    findings = folder / "verify.json"
    command = ["zachetka", "verify", *arguments, "--json", "--junit", str(folder / "verify.xml")]
    with findings.open("wb") as stream:
        # Its stderr is the log of the step: it tells now and then how far it is.
        code = subprocess.run(command, stdout=stream, check=False).returncode
    try:
        document = json.loads(findings.read_text("utf-8"))
    except ValueError:
        publish(unfinished_verification(code))
        return code or 1
    partial = any(argument.startswith(("--only", "--every")) for argument in arguments)
    publish(verification_summary(document, partial=partial))
    return code


if __name__ == "__main__":
    sys.exit(main())
