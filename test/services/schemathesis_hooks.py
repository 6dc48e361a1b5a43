"""What the schema's own scalars may be: mostly right, sometimes not; and values of the record for arguments that name something in it."""

import json
import os
import random

import graphql
import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes

schemathesis.graphql.scalar(
    "Duration",
    st.sampled_from(["PT15M", "PT6H", "P1D", "P30D", "P12W", "P3M", "P1Y", "PT1S", "P0D", "", "30 days"]).map(nodes.String),
)
MOMENTS = ["2026-01-01T00:00:00Z", "2026-02-01T00:00:00+05:30", "2026-03-29T00:30:00Z", "2026-06-01T00:00:00Z", "2026-06-01T00:00:30.5Z"]
WRONG = ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-02-30T00:00:00Z", "yesterday", ""]
schemathesis.graphql.scalar("DateTime", st.sampled_from(MOMENTS * 3 + WRONG).map(nodes.String))
schemathesis.graphql.scalar(
    "JSON",
    st.one_of(st.text(max_size=20).map(nodes.String), st.integers(-9, 9).map(nodes.Int), st.just(nodes.Null)),
)

# By argument: ids, cursors and values that the record has. A text that schemathesis makes up names nothing, and stops at the first look-up.
with open(os.environ["SCORELINE_VALUES"], encoding="utf-8") as file:
    VALUES = json.load(file)


class Known(graphql.Visitor):
    """Puts a value of the record in the place of most texts of arguments that have some."""

    def __init__(self, source):
        super().__init__()
        self.random = random.Random(source)

    def known(self, node):
        values = VALUES.get(node.name.value)
        if not values or not isinstance(node.value, graphql.StringValueNode) or self.random.random() < 0.2:
            return None
        value = graphql.StringValueNode(value=self.random.choice(values))
        return type(node)(name=node.name, value=value)

    def enter_argument(self, node, *_):
        return self.known(node)

    def enter_object_field(self, node, *_):
        return self.known(node)


@schemathesis.hook
def map_body(context, body):
    if not isinstance(body, graphql.DocumentNode):
        return body
    return graphql.visit(body, Known(graphql.print_ast(body)))
