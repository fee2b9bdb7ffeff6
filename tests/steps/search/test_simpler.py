"""A simpler condition finds the same documents; that it does for any rights, test_visible.py shows on a real index."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from kundenakte.steps.search.engine import AllOf, AnyOf, Between, Every, Expression, Field, OneOf, Term, Weighed
from kundenakte.steps.search.simpler import simpler

# A document here: its section, its class, the files it is shown in (it may have two), whether it is restricted.
Paper = tuple[int, int, frozenset[int], int]
PAPERS: list[Paper] = [
    (section, of_class, frozenset(files), restricted)
    for section, of_class, files, restricted in product((1, 2, 3), (1, 2), ((1,), (1, 2), (3,)), (0, 1))
]
_small = st.frozensets(st.integers(1, 3), max_size=3)
_leaf: st.SearchStrategy[Expression] = st.one_of(
    st.builds(OneOf, st.sampled_from([Field.SECTION, Field.CLASS, Field.SHOWN_IN]), _small),
    st.builds(Term, st.sampled_from([Field.SECTION, Field.SHOWN_IN]), st.integers(1, 3)),
    st.just(Term(Field.IS_RESTRICTED, 1)), st.just(Every()), st.just(AnyOf(())),
)  # fmt: skip


def _more(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    some = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        st.builds(AllOf, some, st.lists(inner, max_size=2).map(tuple)), st.builds(AnyOf, some),
        st.builds(Weighed, inner, st.just(0.0)),
    )  # fmt: skip


def found(wanted: Expression) -> list[Paper]:
    return [paper for paper in PAPERS if meets(paper, wanted)]


def meets(paper: Paper, wanted: Expression) -> bool:
    match wanted:
        case OneOf(field, values):
            return bool(numbers(paper, field) & set(values))
        case Term(field, value):
            return value in numbers(paper, field)
        case Weighed(part, _):
            return meets(paper, part)
        case AnyOf(parts, at_least):
            return bool(parts) and sum(meets(paper, part) for part in parts) >= at_least
        case AllOf(parts, but_not, _):
            return all(meets(paper, one) for one in parts) and not any(meets(paper, one) for one in but_not)
    return True


def numbers(paper: Paper, field: Field) -> set[str | int]:
    section, of_class, files, restricted = paper
    if field == Field.SHOWN_IN:
        return set(files)
    return {{Field.SECTION: section, Field.CLASS: of_class, Field.IS_RESTRICTED: restricted}[field]}


@given(wanted=st.recursive(_leaf, _more, max_leaves=10))
def test_it_finds_the_same(wanted: Expression) -> None:
    assert found(simpler(wanted)) == found(wanted)


def test_rights_and_a_filter_become_one_question() -> None:
    rights = Weighed(AllOf((AnyOf((OneOf(Field.SECTION, frozenset({1, 2})),)),), (Term(Field.IS_RESTRICTED, 1),)), 0)
    wanted = AllOf((rights, Weighed(OneOf(Field.SECTION, frozenset({2, 3})), 0)))
    assert simpler(wanted) == AllOf((OneOf(Field.SECTION, frozenset({2})),), (Term(Field.IS_RESTRICTED, 1),))
    days = Between(Field.DAY, 1, 2)
    assert simpler(AllOf((Every(), days))) == days
