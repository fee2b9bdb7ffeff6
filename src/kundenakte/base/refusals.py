"""What every refusal of an action has: a stable code for programs, and a German sentence a clerk can act on."""

from __future__ import annotations

from collections.abc import Callable


class Label(str):
    """A word of ours in a sentence (a kind of key, a right), which is put into other languages with it; all others are
    somebody's own and stay as they are."""

    __slots__ = ()


class Refused(Exception):
    """Something is not done, for a reason the person can understand. Doors turn the class into their own answer.

    A sentence that names something is given as its template and the words: `BadValue("„%(name)s“ gibt es schon.",
    name=name)`, so that a screen in another language can say it as well.
    """

    code = "refused"
    sentence = "Das ist so nicht möglich."

    def __init__(self, sentence: str = "", /, **words: object) -> None:
        self._template, self._words = sentence or self.sentence, words
        self.sentence = self.in_words(str)
        super().__init__(self.sentence)

    @property
    def told(self) -> tuple[str, dict[str, str]]:
        """Template and words, to be kept and said later in whatever language."""
        return self._template, {name: str(word) for name, word in self._words.items()}

    def in_words(self, translate: Callable[[str], str]) -> str:
        """The sentence, its template and labels put through `translate`."""
        template = translate(self._template)
        words = {name: translate(word) if isinstance(word, Label) else word for name, word in self._words.items()}
        return template % words if words else template
