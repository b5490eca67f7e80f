"""Reports for the student's page: one of each kind, and one whose every text is hostile."""

import base64
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from PIL import Image, ImageDraw

from zachetka.errors import Cause
from zachetka.manifest import Manifest
from zachetka.pages.images import read_plots
from zachetka.report.model import (
    CellRun,
    CellStatus,
    Check,
    CheckStatus,
    Execution,
    ExecutionStatus,
    GraderInfo,
    Late,
    Report,
    ReportStatus,
    SubmissionInfo,
)
from zachetka.submission.notebook import Cell

MOSCOW = timezone(timedelta(hours=3))
HOSTILE = (
    "</style><script>alert(1)</script>",
    '" onload="alert(1)" x="',
    "<img src=https://evil.example/a.png onerror=alert(1)>",
    "[click](javascript:alert(1)) ![x](https://evil.example/b.png) <https://evil.example>",
    "]]> <!-- --!> &lt;b&gt; {{ 7 * 7 }} {% raw %}",
    "\u202egnp.exe\u202c \u2066x\u2069",
    "a\0b\x1b[31mred",
    "https://evil.example www.evil.example root@evil.example evil.example",
    "W" * 4000,
)

MANIFEST = Manifest.model_validate(
    {
        "schema": "zachetka.assignment/1",
        "name": "mlp",
        "version": "1",
        "title": {
            "en": "A multilayer perceptron by hand",
            "ru": "Многослойный перцептрон своими руками",
        },
        "tasks": {
            "MyLinear": {"weight": 15, "names": ["MyLinear"]},
            "MyMLP": {"weight": 35, "names": ["MyMLP"]},
            "max_margin_loss": {"weight": 20, "names": ["max_margin_loss"]},
            "sgd_step": {"weight": 30, "names": ["sgd_step"]},
        },
    }
)


def a_check(task, title, points, **changes):
    failed = "cause" in changes
    fields = {
        "id": f"{task}.{title[:200]}",
        "task": task,
        "title": title,
        "points": 0.0 if failed else points,
        "max_points": points,
        "status": CheckStatus.FAILED if failed else CheckStatus.PASSED,
        "cause": None,
        "message": None,
        "hint": None,
        "duration_s": 0.01,
    } | changes
    return Check(**fields)


CHECKS = (
    a_check("MyLinear", "параметры слоя: nn.Parameter", 0.05),
    a_check("MyLinear", "прямой проход пакета", 0.04),
    a_check(
        "MyLinear",
        "одномерные и трёхмерные входы",
        0.03,
        cause=Cause.ASSERTION,
        message="При out_features=1 теряется последняя размерность: для x формы `(5, 7)` нужно "
        "`(5, 1)`.",
        hint="Последняя размерность x равна in_features; перед ней их может быть сколько угодно.",
    ),
    a_check("MyLinear", "слой с bias=False", 0.03),
    a_check("MyMLP", "MyMLP() с аргументами по умолчанию", 0.15),
    a_check("MyMLP", "forward возвращает логиты", 0.2),
    a_check(
        "max_margin_loss",
        "сам зазор, alpha = 0",
        0.1,
        cause=Cause.MISSING,
        message="В ноутбуке нет функции `max_margin_loss`.",
        hint="Проверьте имя: важен регистр букв.",
    ),
    a_check(
        "max_margin_loss",
        "регуляризация",
        0.1,
        cause=Cause.MISSING,
        message="В ноутбуке нет функции `max_margin_loss`.",
        hint="Проверьте имя: важен регистр букв.",
    ),
    a_check("sgd_step", "два шага подряд", 0.15),
    a_check(
        "sgd_step",
        "параметры могут быть генератором",
        0.15,
        cause=Cause.TIME_LIMIT,
        message="Вызов `sgd_step(...)` не закончился за 10 с.",
    ),
)

SOURCE = """losses = []
for epoch in range(epochs):
    for xb, yb in minibatches(x, y, batch_size=32):
        loss = max_margin_loss(model(xb), yb, model.parameters())
        losses.append(loss.item())
plot_loss(losses)
"""
TRACEBACK = """Cell 9, line 4
      2 for epoch in range(epochs):
      3     for xb, yb in minibatches(x, y, batch_size=32):
----> 4         loss = max_margin_loss(model(xb), yb, model.parameters())
NameError: name 'max_margin_loss' is not defined"""

CELLS = (Cell(2, "import torch\n"), Cell(8, SOURCE), Cell(10, "while True:\n    pass\n"))


def a_run(index, status, **changes):
    fields = {"index": index, "status": status, "duration_s": 0.1, "error": None} | changes
    return CellRun(**fields)


def an_execution(*cells):
    return Execution(
        status=ExecutionStatus.FAILED, cells=cells, wall_s=3, cpu_s=2.5, peak_memory_bytes=1
    )


def a_report(**changes):
    fields = {
        "assignment": "mlp",
        "student": "petrov",
        "name": "Иван Петров",
        "group": "ИУ7-31",
        "submission": SubmissionInfo(
            file="mlp_petrov.ipynb",
            sha256="0123456789abcdef" * 4,
            bytes=10,
            handed_in_at=datetime(2026, 3, 3, 11, 5, tzinfo=MOSCOW),
            others=("черновик.ipynb",),
        ),
        "status": ReportStatus.GRADED,
        "score": 0.496,
        "max_score": 1.0,
        "checks": CHECKS,
        "execution": an_execution(
            a_run(2, CellStatus.OK),
            a_run(8, CellStatus.FAILED, error="NameError: name", traceback=TRACEBACK),
            a_run(10, CellStatus.TIME_LIMIT, error="KeyboardInterrupt: "),
            a_run(11, CellStatus.SKIPPED, duration_s=None),
            a_run(12, CellStatus.SKIPPED, duration_s=None),
        ),
        "late": Late(
            deadline=datetime(2026, 3, 1, 23, 59, tzinfo=MOSCOW),
            handed_in_at=datetime(2026, 3, 3, 11, 5, tzinfo=MOSCOW),
            days=2,
            percent=20,
            points_lost=0.124,
            extension="справка из деканата",
        ),
        "repairs": ("read as cp1251", "upgraded from nbformat 3"),
        "flags": ("only for the teacher's eyes",),
        "sandbox": None,
        "grader": GraderInfo(version="1, zachetka 0.1.0", sha256="f" * 64),
        "graded_at": datetime(2026, 3, 4, 9, 30, tzinfo=UTC),
    } | changes
    return Report(**fields)


def a_full_report():
    checks = tuple(
        replace(
            check,
            points=check.max_points,
            status=CheckStatus.PASSED,
            cause=None,
            message=None,
            hint=None,
        )
        for check in CHECKS
    )
    runs = an_execution(a_run(2, CellStatus.OK), a_run(8, CellStatus.OK))
    return a_report(checks=checks, score=1.0, execution=runs, late=None, repairs=())


def a_zero_report():
    checks = tuple(
        replace(
            check,
            points=0.0,
            status=CheckStatus.FAILED,
            cause=Cause.CRASH,
            message="Ядро остановилось, эта проверка не выполнялась.",
        )
        for check in CHECKS
    )
    return a_report(checks=checks, score=0.0, late=None, repairs=())


def a_rejected_report():
    return a_report(
        status=ReportStatus.REJECTED,
        score=0.0,
        checks=(),
        execution=None,
        late=None,
        repairs=(),
        grader=None,
        message="Файл пустой. Сохраните ноутбук и сдайте его ещё раз.",
    )


def an_error_report():
    return a_report(
        status=ReportStatus.ERROR,
        score=None,
        checks=(),
        execution=None,
        late=None,
        repairs=(),
        message="graders/mlp/test_train.py:12: assert hidden_answer == 42",
    )


def a_hostile_report(hostile):
    failed = {"cause": Cause.ERROR, "message": f"`{hostile}` {hostile}", "hint": hostile}
    checks = tuple(a_check(task, hostile, 0.5, **failed) for task in ("MyLinear", hostile))
    late = Late(
        deadline=datetime(2026, 3, 1, tzinfo=UTC),
        handed_in_at=datetime(2026, 3, 2, tzinfo=UTC),
        days=1,
        percent=10,
        points_lost=0,
        extension=hostile,
    )
    return a_report(
        assignment=hostile,
        student=hostile,
        name=hostile,
        group=hostile,
        submission=SubmissionInfo(file=hostile, sha256=None, bytes=None, others=(hostile,)),
        message=hostile,
        checks=checks,
        score=0.0,
        execution=an_execution(
            a_run(8, CellStatus.FAILED, error=hostile, traceback=hostile),
            a_run(9, CellStatus.CRASH, error=hostile),
        ),
        late=late,
        repairs=(hostile,),
        flags=(hostile,),
        grader=GraderInfo(version=hostile, sha256="f" * 64),
    )


def a_chart(size=(640, 480), kind="PNG", **options):
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    wide, high = size
    draw.rectangle((0.1 * wide, 0.08 * high, 0.95 * wide, 0.9 * high), outline="black")
    curve = [
        (0.1 * wide + t * 0.0085 * wide, 0.85 * high - 0.7 * high * 2.718 ** (-t / 25))
        for t in range(100)
    ]
    draw.line([(x, 0.98 * high - y) for x, y in curve], fill="#1f77b4", width=3)
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def plots_of(data):
    return read_plots(data).plots


def a_notebook(*images, key="image/png"):
    """Give the bytes of a notebook whose only cell shows these images."""
    outputs = [
        {
            "output_type": "display_data",
            "metadata": {},
            "data": {
                key: base64.b64encode(image).decode() if isinstance(image, bytes) else image,
                "text/plain": "<Figure>",
            },
        }
        for image in images
    ]
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": "plots"},
        {"cell_type": "code", "metadata": {}, "source": "plot()", "outputs": outputs},
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()
