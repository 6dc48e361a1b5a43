"""What the schema's own scalars may be: mostly right, sometimes not."""

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
