"""JUnit XML as pytest's xunit2 family writes it, for the pages of CI servers."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

# Of what Python's strings hold, XML 1.0 has no place for these, not even escaped.
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Case:
    """One case; `failure` says what was not as expected, `error` what of ours failed."""

    name: str
    classname: str
    time_s: float = 0.0
    failure: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Suite:
    """Cases that belong together."""

    name: str
    cases: Sequence[Case]


def to_junit(suites: Iterable[Suite], timestamp: datetime) -> str:
    """Give the XML document of the suites."""
    root = ET.Element("testsuites", name="zachetka")
    for suite in suites:
        element = ET.SubElement(
            root,
            "testsuite",
            name=xml_text(suite.name),
            tests=str(len(suite.cases)),
            failures=str(sum(case.failure is not None for case in suite.cases)),
            errors=str(sum(case.error is not None for case in suite.cases)),
            skipped="0",
            time=f"{sum(case.time_s for case in suite.cases):.3f}",
            timestamp=timestamp.isoformat(timespec="seconds"),
        )
        for case in suite.cases:
            _add_case(element, case)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _add_case(suite: ET.Element, case: Case) -> None:
    element = ET.SubElement(
        suite,
        "testcase",
        classname=xml_text(case.classname),
        name=xml_text(case.name),
        time=f"{case.time_s:.3f}",
    )
    for tag, text in (("failure", case.failure), ("error", case.error)):
        if text is not None:
            message = xml_text(text)
            ET.SubElement(element, tag, message=message.partition("\n")[0]).text = message


def xml_text(text: str) -> str:
    """Give a text with a mark in the place of each character that XML does not have."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
