"""The headings of Moodle's grading worksheet, which comes as a roster and goes back with grades."""

from __future__ import annotations

from typing import Final

# English, Russian, German; as names are compared: in lower case.
WORKSHEET: Final = {
    "identifier": ("identifier", "идентификатор", "id"),
    "name": (
        *("full name", "user full name", "полное имя", "полное имя пользователя", "фио"),
        *("имя / фамилия", "фамилия / имя", "имя и фамилия", "фамилия и имя"),
        *("имя фамилия", "фамилия имя", "vollständiger name"),
    ),
    "first": ("first name", "имя", "vorname"),
    "last": ("last name", "фамилия", "nachname"),
    "email": ("email address", "адрес электронной почты", "e-mail-adresse"),
    "id_number": ("id number", "индивидуальный номер", "id-nummer"),
    "team": ("group", "группа", "gruppe"),
    "grade": ("grade", "оценка", "bewertung"),
    "maximum": ("maximum grade", "максимальная оценка", "bestwertung"),
    "scale": ("scale", "шкала", "skala"),
    "changeable": (
        "grade can be changed",
        "оценка может быть изменена",
        "bewertung kann geändert werden",
    ),
    "handed_in_at": (
        "last modified (submission)",
        "последнее изменение (ответ)",
        "zuletzt geändert (abgabe)",
    ),
    "comments": ("feedback comments", "отзыв в виде комментария", "feedback als kommentar"),
}
