"""The learned classifier: right where it is sure, silent where it is not, and stored without code."""

from __future__ import annotations

import io
import pickle

import numpy as np
import pytest

from kundenakte.steps.recognition.learned import LearnedModel, Sample, TooFewSamples, UnreadableModel, train

WORDS = {
    "OFFER": "angebot freibleibend bieten preis gültigkeit lieferzeit rabatt bindefrist",
    "DELIVERY": "lieferschein ware packstücke empfang spedition gewicht palette ladung",
    "SERVICE_REPORT": "monteur einsatz anfahrt wartung ventil ersatzteil arbeitszeit störung",
}


def samples(count: int) -> list[Sample]:
    made = []
    for code, text in WORDS.items():
        words = text.split()
        for at in range(count):
            mixed = [words[(at * 3 + step) % len(words)] for step in range(6)]
            made.append(Sample(f"firma {' '.join(mixed)} grüße nummer{at}", code))
    return made


@pytest.fixture(scope="module")
def stored() -> bytes:
    return train(samples(14))


def test_it_tells_apart_what_it_has_seen_the_like_of(stored: bytes) -> None:
    model = LearnedModel.loads(stored)
    for code, text in WORDS.items():
        guesses = model.guess(f"firma {text} grüße")
        assert guesses[0][0] == code
        assert guesses[0][1] >= model.threshold


def test_it_does_not_know_what_is_like_nothing(stored: bytes) -> None:
    model = LearnedModel.loads(stored)
    assert model.guess("the quick brown fox jumps over some entirely different lazy dogs") == []
    assert model.guess("") == []


def test_it_does_not_know_what_is_between_two(stored: bytes) -> None:
    model = LearnedModel.loads(stored)
    mixed = f"{WORDS['OFFER']} {WORDS['DELIVERY']}"
    assert model.probabilities(mixed)[0][1] < model.probabilities(WORDS["OFFER"])[0][1]


def test_two_classes_are_enough_and_one_is_not() -> None:
    two = [sample for sample in samples(12) if sample.code != "OFFER"]
    assert LearnedModel.loads(train(two)).codes == ["DELIVERY", "SERVICE_REPORT"]
    with pytest.raises(TooFewSamples, match="zwei Klassen"):
        train([sample for sample in two if sample.code == "DELIVERY"])


def test_a_pickle_is_never_opened() -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (pytest.fail, ("the pickle ran",))

    buffer = io.BytesIO()
    np.savez(
        buffer, about=np.array([Trap()], dtype=object), idf=np.zeros(1), weights=np.zeros(1), intercept=np.zeros(1)
    )
    for data in (pickle.dumps(Trap()), buffer.getvalue(), b"", b"PK\x03\x04torn"):
        with pytest.raises(UnreadableModel):
            LearnedModel.loads(data)


def test_a_model_of_another_shape_is_refused(stored: bytes) -> None:
    with np.load(io.BytesIO(stored)) as arrays:
        parts = {key: arrays[key] for key in arrays.files}
    parts["weights"] = parts["weights"][:, :10]
    buffer = io.BytesIO()
    np.savez(buffer, **parts)
    with pytest.raises(UnreadableModel):
        LearnedModel.loads(buffer.getvalue())
