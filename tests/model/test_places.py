"""Every problem stands where it is written, in each of the three formats."""

import pytest

from courier_backend.model.parse import parse_job

JSON = """\
{
  "name": "x", "scheduleRule": "immediate",
  "target": {"groups": [
    {"nodeListType": "nods", "batchSize": {
        "value": "1", "kind": 2}}
  ]},
  "actions": {"steps": [
    {},
    {"command": {"linux": ["ok", 5]},
     "interpreter": {"name": "chef-platform/shell-interpreter"}}
  ]}
}
"""
YAML = """\
# a comment
name: x
scheduleRule: immediate
target:
  groups:
    - nodeListType: nods
      batchSize:
        value: "1"
        kind: 2
actions:
  steps:
  - {}
  - command:
      linux:
        - |
          ok
        - 5
    interpreter: {name: chef-platform/shell-interpreter}
"""
TOML = '''\
# a comment
name = "x"
scheduleRule = "immediate"  # [not.a.header]

[[target.groups]]
nodeListType = "nods"
batchSize = { value = "1", kind = 2 }

[[actions.steps]]

[[ actions . steps ]]
command."linux" = [
  """
ok = 5
[x]
""", # ]
  5,
]
[actions.steps.interpreter]
name = 'chef-platform/shell-interpreter'
'''
PLACES = {
    "json": {
        "target.groups[0].nodeListType": (4, 22),
        "target.groups[0].batchSize.value": (5, 18),
        "target.groups[0].batchSize.kind": (5, 23),
        "actions.steps[0].interpreter": (8, 5),
        "actions.steps[0].command": (8, 5),
        "actions.steps[1].command.linux[1]": (9, 34),
    },
    "yaml": {
        "target.groups[0].nodeListType": (6, 21),
        "target.groups[0].batchSize.value": (8, 16),
        "target.groups[0].batchSize.kind": (9, 9),
        "actions.steps[0].interpreter": (12, 5),
        "actions.steps[0].command": (12, 5),
        "actions.steps[1].command.linux[1]": (17, 11),
    },
    "toml": {
        "target.groups[0].nodeListType": (6, 16),
        "target.groups[0].batchSize.value": (7, 23),
        "target.groups[0].batchSize.kind": (7, 28),
        "actions.steps[0].interpreter": (9, 1),
        "actions.steps[0].command": (9, 1),
        "actions.steps[1].command.linux[1]": (17, 3),
    },
}


@pytest.mark.parametrize(("body_format", "text"), [("json", JSON), ("yaml", YAML), ("toml", TOML)])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_problems_stand_where_they_are_written(body_format: str, text: str, line_end: str) -> None:
    result = parse_job(text.replace("\n", line_end), body_format)
    found = {item["path"]: (item["line"], item["column"]) for item in result.problems}
    for path, place in PLACES[body_format].items():
        assert found[path] == place, path


TOML_CORNERS = '''\
"a \\"b\\"" = 1
'c.d'.e = { f.g = [ { h = "]" }, # }
  { i = "#" } ] }
j.k = """ \\""" x"""" # five quotes at the end
l = \'\'\' ' \'\' \'\'\'\'
m = 1979-05-27 07:32:00
[n.o]
p = [[1, 2], [3]]
[[n.q]]
[n.q.r]
s = true
[[n.q]]
[[n.q.t]]
u = ""
[[n.q.t]]
u = inf
'''


def test_the_corners_of_toml_keep_their_places() -> None:
    result = parse_job(TOML_CORNERS, "toml")
    found = {item["path"]: (item["line"], item["column"]) for item in result.problems}
    assert found['["a \\"b\\""]'] == (1, 1)
    assert found['["c.d"]'] == (2, 1)
    assert found["j"] == (4, 1)
    assert found["l"] == (5, 1)
    assert found["m"] in {(6, 1), (6, 5)}
    assert found["n"] == (7, 1)
    assert found["n.q[1].t[1].u"] == (16, 5)


def test_an_aliased_value_is_found_where_it_is_written() -> None:
    text = "x: &bad rollin\ntarget:\n  groups:\n  - distributionMethod: *bad\n"
    found = {item["path"]: item["line"] for item in parse_job(text, "yaml").problems}
    assert found["target.groups[0].distributionMethod"] == 1


def test_the_place_of_a_renamed_part_is_known() -> None:
    text = '{"Actions": {"steps": [{"limits":\n {"time": "x"}}]}}'
    found = {item["path"]: item["line"] for item in parse_job(text, "json").problems}
    assert found["Actions"] == 1
