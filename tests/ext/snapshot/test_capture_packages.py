"""
Objects of libraries: their loaded fields are shown, and nothing is asked of them.

Each test needs its library (tools/requirements/packages.txt) and is skipped without it.
"""

from __future__ import annotations

from typing import Any

import pytest
from captured import BLOCKS, ROUNDS, extension, in_thread, look


def test_arrays_of_numpy_show_shape_type_and_first_items() -> None:
    np = pytest.importorskip("numpy")
    value = look(np.arange(6, dtype="int32").reshape(2, 3))
    assert (value.text, value.json["shape"], value.json["dtype"]) == (
        "[[0, 1, 2], [3, 4, 5]]",
        [2, 3],
        "int32",
    )
    assert (value.size, value.cut) == (6, None)
    assert look(np.arange(6).reshape(2, 3).T).text == "[[0, 3], [1, 4], [2, 5]]"
    assert look(np.arange(10)[::-3]).text == "[9, 6, 3, 0]"
    assert look(np.array([1.5, np.nan, np.inf])).text == "[1.5, nan, inf]"
    assert look(np.array([0.1, 3e20], dtype="f4")).text == "[0.1, 3e+20]"
    assert look(np.array([0.5, -2], dtype="f2")).text == "[0.5, -2.0]"
    assert look(np.array([1 + 2j, -1j])).text == "[(1+2j), (-0-1j)]"
    assert look(np.array([1 + 2j], dtype="c8")).text == "[(1+2j)]"
    assert look(np.array([1, 258], dtype=">i2")).text == "[1, 258]"
    assert look(np.array([True, False])).text == "[True, False]"
    assert look(np.array(["a", "bcd"])).text == "['a', 'bcd']"
    assert look(np.array([b"a", b"bcd"])).text == "[b'a', b'bcd']"
    assert look(np.array(5)).text == "5"
    assert look(np.zeros((0, 3))).text == "[]"
    masked = look(np.ma.array([1, 2], mask=[False, True]))
    assert (masked.text, masked.fields["_mask"].text) == ("[1, 2]", "[False, True]")
    large = look(np.zeros((1000, 1000)))
    assert (large.size, large.cut, large.json["shape"]) == (10**6, "items", [1000, 1000])
    assert large.text.endswith("0.0, ...]]")


def test_arrays_of_objects_show_their_items() -> None:
    np = pytest.importorskip("numpy")
    value = look(np.array([{"a": 1}, None, "x"], dtype=object))
    assert value[0]["a"].text == "1"
    assert [item.text for item in value.items[1:]] == ["None", "'x'"]


def test_dates_of_numpy_stand_as_dates() -> None:
    np = pytest.importorskip("numpy")
    value = look(np.array(["2026-01-02", "NaT", "1969-12-31"], dtype="M8[D]"))
    assert (value.text, value.json["dtype"]) == ("[2026-01-02, NaT, 1969-12-31]", "datetime64[D]")
    moment = np.datetime64("2026-01-02T03:04:05.000006")
    assert (look(moment).text, look(moment).json["dtype"]) == ("2026-01-02T03:04:05.000006", "datetime64[us]")
    assert look(np.timedelta64(5, "s")).text == "5"
    assert look(np.array([1], dtype="M8[25s]")).json["dtype"] == "datetime64[25s]"


def test_scalars_and_types_of_numpy_are_read() -> None:
    np = pytest.importorskip("numpy")
    for number in (
        np.int8(-3),
        np.uint16(7),
        np.int32(-5),
        np.int64(2**60),
        np.uint64(2**64 - 1),
        np.longlong(4),
    ):
        assert look(number).text == str(number)
    assert look(np.float32(0.1)).text == "0.1"
    assert look(np.float64(1.5)).text == "1.5"
    assert look(np.float16(0.5)).text == "0.5"
    assert look(np.complex64(1 + 2j)).text == "(1+2j)"
    assert look(np.bool_(True)).text == "True"
    assert look(np.str_("abc")).text == "'abc'"
    assert look(np.dtype("int32")).text == "dtype('int32')"
    assert look(np.longdouble(1.5)).text == "1.5"


def test_file_below_an_array_is_not_touched(tmp_path: Any) -> None:
    np = pytest.importorskip("numpy")
    mapped = np.memmap(tmp_path / "x", dtype="int32", mode="w+", shape=(1000,))
    (tmp_path / "x").write_bytes(b"")  # reading would end the process now
    for subject in (mapped, mapped[5:], np.asarray(mapped), memoryview(mapped)):
        assert look(subject).cut in ("unreadable", "items")
    assert look(mapped).text == "[...]"


def test_frames_series_and_indexes_of_pandas_show_their_arrays() -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"a": [1, 2], "b": [1.5, 2.5], "c": [3, 4]}, index=["x", "y"])
    fields = look(frame).fields
    arrays = [field.text for name, field in fields.items() if name.startswith("values")]
    assert sorted(arrays) in (["[[1, 2], [3, 4]]", "[[1.5, 2.5]]"], ["[[1, 2]]", "[[1.5, 2.5]]", "[[3, 4]]"])
    assert [item.text for item in fields["columns"].fields["values"].items] == ["'a'", "'b'", "'c'"]
    assert [item.text for item in fields["index"].fields["values"].items] == ["'x'", "'y'"]
    series = look(pd.Series([1, 2, 3], name="total"))
    assert (series.fields["name"].text, series.fields["values"].text) == ("'total'", "[1, 2, 3]")
    assert series.fields["index"].fields["values"].text == "range(0, 3)"
    assert look(pd.Series(["x"], name="password")).fields["values"].is_redacted("password")
    dates = look(pd.date_range("2026-01-01", periods=2, freq="D"))
    assert dates.fields["values"].text.startswith("[2026-01-01T00:00:00")
    assert look(pd.Timestamp(2026, 1, 2)).text.startswith("datetime.datetime(2026, 1, 2")
    assert look(pd.DataFrame()).type.endswith("DataFrame")


def test_captures_of_pandas_leave_no_reference() -> None:
    pd = pytest.importorskip("pandas")
    import sys

    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    parts = [frame._mgr, frame._mgr.blocks, *frame._mgr.blocks, frame.index, frame.columns, frame._mgr.axes]

    def probed(subject: object, parts: list[object]) -> tuple[list[int], list[int], int]:
        extension.capture_many(50)
        before = [sys.getrefcount(part) for part in parts]
        for _ in range(ROUNDS):
            blocks = sys.getallocatedblocks()
            extension.capture_many(1000)
            grown = sys.getallocatedblocks() - blocks
            if grown <= BLOCKS:
                break
        return before, [sys.getrefcount(part) for part in parts], grown

    before, after, grown = in_thread(probed, frame, parts)
    assert before == after
    assert grown <= BLOCKS


def test_models_and_rows_of_sqlalchemy_show_loaded_fields_and_never_query() -> None:
    sa = pytest.importorskip("sqlalchemy")
    from sqlalchemy import orm

    base = orm.declarative_base()

    class User(base):
        __tablename__ = "user"
        id = sa.Column(sa.Integer, primary_key=True)
        name = sa.Column(sa.String)
        password = sa.Column(sa.String)
        boss_id = sa.Column(sa.ForeignKey("user.id"))
        boss = orm.relationship("User", remote_side=[id])
        note = orm.deferred(sa.Column(sa.String))

    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool, connect_args={"check_same_thread": False})
    base.metadata.create_all(engine)
    queries: list[str] = []
    with orm.Session(engine) as session:
        session.add(User(id=1, name="ada", password="hunter22", note="n"))
        session.commit()
        user = session.scalars(sa.select(User)).one()
        row = session.execute(sa.select(User.id, User.name.label("who"), User.password)).one()
        expired = session.scalars(sa.select(User)).one()
        sa.event.listen(engine, "before_cursor_execute", lambda *args: queries.append(args[2]))
        fields = look(user).fields
        assert sorted(fields) == ["boss_id", "id", "name", "password"]
        assert fields["name"].text == "'ada'"
        assert fields["password"].is_redacted("password")
        shown = look(row).fields
        assert {name: shown[name].text for name in ("id", "who")} == {"id": "1", "who": "'ada'"}
        assert shown["password"].is_redacted("password")
        session.expire(expired)
        assert look(expired).fields == {}
        assert queries == []
        assert expired.name == "ada"
        assert len(queries) == 1  # the listener is live


def test_models_of_django_show_loaded_fields_and_never_query() -> None:
    django = pytest.importorskip("django")
    from django.conf import settings

    if not settings.configured:
        databases = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
        settings.configure(
            INSTALLED_APPS=[], DATABASES=databases, DEFAULT_AUTO_FIELD="django.db.models.AutoField"
        )
        django.setup()
    from django.db import connection, models

    class Order(models.Model):
        name = models.CharField(max_length=10)
        total = models.IntegerField()
        parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE)

        class Meta:
            app_label = "shop"

    queries: list[str] = []

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        queries.append(sql)
        return execute(sql, params, many, context)

    with connection.schema_editor() as editor:
        editor.create_model(Order)
    Order.objects.create(id=1, name="a", total=3)
    deferred = Order.objects.defer("name").get(id=1)
    lazy = Order.objects.filter(total=3)
    with connection.execute_wrapper(count):
        fields = look(Order(id=5, name="x", total=2, parent_id=1)).fields
        assert {name: fields[name].text for name in ("id", "name", "total", "parent_id")} == {
            "id": "5",
            "name": "'x'",
            "total": "2",
            "parent_id": "1",
        }
        assert "name" not in look(deferred).fields
        assert look(lazy).fields["_result_cache"].text == "None"
        assert queries == []
        assert deferred.name == "a"
        assert len(queries) == 1  # the wrapper is live


def test_models_of_pydantic_show_their_fields() -> None:
    pydantic = pytest.importorskip("pydantic")

    class Item(pydantic.BaseModel):
        model_config = pydantic.ConfigDict(extra="allow")
        name: str
        secret: pydantic.SecretStr
        price: float = 1.5

        @pydantic.computed_field
        @property
        def total(self) -> float:
            raise AssertionError

    fields = look(Item(name="x", secret="hunter22")).fields
    assert list(fields) == ["name", "secret", "price", "__pydantic_extra__"]
    assert (fields["name"].text, fields["price"].text) == ("'x'", "1.5")
    assert fields["secret"].is_redacted("secret")
    assert look(Item(name="x", secret="s", other=5)).fields["__pydantic_extra__"]["other"].text == "5"


def test_classes_of_attrs_show_their_fields() -> None:
    attrs = pytest.importorskip("attrs")

    @attrs.define
    class Slotted:
        x: int
        token: str

    @attrs.define(slots=False)
    class Plain:
        x: int

    fields = look(Slotted(1, "abcdef")).fields
    assert fields["x"].text == "1"
    assert fields["token"].is_redacted("token")
    assert look(Plain(2)).fields["x"].text == "2"
