"""What events look like that nobody documented: a JSON Schema and a class, from samples of them.

Samples are taken one after the other and none is kept: what is known of a type is a `vklive.inference.shape.Shape`,
which grows by the limits of `vklive.inference.limits` and no further.
"""

from vklive.inference.model import module_source
from vklive.inference.schema import event_schema
from vklive.inference.shape import Budget, Shape
from vklive.inference.survey import Survey, TypeSurvey

__all__ = ["Budget", "Shape", "Survey", "TypeSurvey", "event_schema", "module_source"]
