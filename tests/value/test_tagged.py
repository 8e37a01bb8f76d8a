import json
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.calendar import Frequency, Period
from models.domain.errors import IntegrityError
from models.domain.policy import INITIAL_POLICY
from models.value.monetise import EffectSeries
from models.value.tagged import from_tagged, to_tagged

_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=8),
    st.floats(allow_nan=False),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.fractions(),
    st.dates(),
    st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(fold=0)),
    st.sampled_from(Frequency),
)
_KEYS = st.one_of(st.text(max_size=5), st.dates(), st.tuples(st.text(max_size=3), st.dates()))
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(_KEYS, inner, max_size=3),
    ),
    max_leaves=12,
)


@given(_VALUES)
def test_what_goes_out_comes_back_with_its_types(value: object) -> None:
    assert repr(from_tagged(json.loads(json.dumps(to_tagged(value), allow_nan=False)))) == repr(value)


def test_records_arrays_and_not_a_number_come_back() -> None:
    series = EffectSeries(
        periods=(Period(date(2026, 1, 5), date(2026, 1, 12), Frequency.WEEK),),
        point=np.array([float("nan")]),
        volume=np.array([3.0]),
        units=np.zeros(1),
    )
    found = from_tagged(json.loads(json.dumps(to_tagged({"a": series, "p": INITIAL_POLICY}), allow_nan=False)))
    assert found["p"] == INITIAL_POLICY
    assert found["a"].periods == series.periods
    np.testing.assert_array_equal(found["a"].point, series.point)


def test_a_document_cannot_name_what_is_none_of_ours() -> None:
    with pytest.raises(IntegrityError, match="no record of ours"):
        from_tagged({"~": "subprocess.Popen", "fields": {"args": "true"}})
    with pytest.raises(IntegrityError, match="no record of ours"):
        from_tagged({"~": "models.value.tagged.import_module", "fields": {"name": "os"}})
    with pytest.raises(IntegrityError, match="cannot be read"):
        from_tagged({"~": "decimal", "text": "many"})
    with pytest.raises(TypeError, match="no tagged form"):
        to_tagged(print)


def test_exact_numbers_stay_exact() -> None:
    values = (Decimal("1.10"), Fraction(1, 3), datetime(2026, 1, 1, tzinfo=UTC), frozenset({"b", "a"}))
    assert from_tagged(to_tagged(values)) == values
    assert str(from_tagged(to_tagged(Decimal("1.10")))) == "1.10"
