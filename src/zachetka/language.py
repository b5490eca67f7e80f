"""Sentences for students, in the two languages of the course."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Language(StrEnum):
    """A language that every text for students exists in."""

    RU = "ru"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in English and in Russian."""

    en: str
    ru: str

    def in_language(self, language: Language) -> str:
        """Give the sentence in one language."""
        return self.ru if language is Language.RU else self.en

    def __add__(self, other: Text) -> Text:
        """Join two sentences, language by language."""
        return Text(self.en + other.en, self.ru + other.ru)

    def __str__(self) -> str:
        return self.en
