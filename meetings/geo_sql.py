"""The same distances inside PostgreSQL, for annotate, filter and order_by."""

from django.db.models import Expression, F, FloatField, Func, Q, Value
from django.db.models.functions import Cast

from meetings import geo


class Haversine(Func):
    """Kilometres from the row's point to a given one; NULL where the row has none.

    The same formula as `geo.distance_km`. Costs about a microsecond a row: narrow the rows
    by `within_boxes` first.
    """

    output_field = FloatField()
    template = (
        "(%(diameter)s * asin(least(1.0, sqrt("
        "sin(radians(%(b)s - %(a)s) / 2) ^ 2"
        " + cos(radians(%(a)s)) * cos(radians(%(b)s)) * sin(radians(%(d)s - %(c)s) / 2) ^ 2))))"
    )

    def __init__(self, latitude_field: str | Expression, longitude_field: str | Expression, latitude, longitude):
        super().__init__(
            F(latitude_field) if isinstance(latitude_field, str) else latitude_field,
            F(longitude_field) if isinstance(longitude_field, str) else longitude_field,
            *(
                Cast(Value(float(degrees)), FloatField()) if isinstance(degrees, int | float) else degrees
                for degrees in (latitude, longitude)
            ),
        )

    def as_sql(self, compiler, connection, **context):
        b, d, a, c = (compiler.compile(part) for part in self.source_expressions)
        sql = self.template % {
            "diameter": 2 * geo.EARTH_RADIUS_KM,
            "a": a[0],
            "b": b[0],
            "c": c[0],
            "d": d[0],
        }
        # In the order in which the template names them: b, a, a, b, d, c.
        return sql, [*b[1], *a[1], *a[1], *b[1], *d[1], *c[1]]


def within_boxes(boxes: list[geo.Box], latitude_field: str = "latitude", longitude_field: str = "longitude") -> Q:
    """Return a condition that an index on both fields serves: the point lies in one of the boxes."""
    condition = Q()
    for box in boxes:
        condition |= Q(
            **{
                f"{latitude_field}__gte": box.south,
                f"{latitude_field}__lte": box.north,
                f"{longitude_field}__gte": box.west,
                f"{longitude_field}__lte": box.east,
            }
        )
    return condition
