"""Files of many nodes: each format, and everything that is wrong in one, at once."""

import json
from typing import Any

import pytest

from courier_backend.model.inventory.gathering import Inventory, Told
from courier_backend.model.inventory.read import read_inventory
from courier_backend.model.node_url import node_url_fault

A = "http://10.0.0.1:7070/nodes/a"
B = "https://10.0.0.2/nodes/b/"


def nodes(text: str, body_format: str = "", file_name: str = "") -> list[Told]:
    """The nodes in a file with nothing wrong in it."""
    found = read_inventory(text, body_format, file_name)
    assert found.problems == []
    return found.nodes


def faults(text: str, body_format: str = "") -> list[str]:
    """Line, path and message of each problem."""
    found = read_inventory(text, body_format)
    return [f"{p['line']} {p['path']}: {p['message']}".replace(" :", ":") for p in found.problems]


def told(node: Told) -> tuple[str, str, str, str, dict[str, str]]:
    return (node.url, node.token, node.token_file, node.name, dict(node.tags))


OURS = [
    {"url": A, "token": "t", "name": "web-1", "tags": {"role": "web", "new": True}},
    {"url": B, "tokenFile": "b.token", "attributes": {"aws": {"zone": "a", "size": 2}}},
]
YAML = f"""
nodes:
- url: {A}
  token: t
  name: web-1
  tags: {{role: web, new: true}}
- url: {B}
  tokenFile: b.token
  attributes: {{aws: {{zone: a, size: 2}}}}
"""
TOML = f"""
[[nodes]]
url = "{A}"
token = "t"
name = "web-1"
tags = {{role = "web", new = true}}
[[nodes]]
url = "{B}"
tokenFile = "b.token"
attributes.aws = {{zone = "a", size = 2}}
"""


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (json.dumps(OURS), "nodes.json"),
        (json.dumps(OURS), ""),
        (json.dumps({"nodes": OURS}), ""),
        (YAML, "nodes.yml"),
        (YAML, ""),
        (YAML.replace("nodes:\n", ""), ""),
        (TOML, "nodes.toml"),
    ],
)
def test_our_own_files(text: str, name: str) -> None:
    first, second = nodes(text, "", name)
    assert told(first) == (A, "t", "", "web-1", {"role": "web", "new": "true"})
    assert told(second) == (B, "", "b.token", "", {})
    assert second.attributes == {"aws": {"zone": "a", "size": "2"}}


@pytest.mark.parametrize("name", ["nodes.csv", ""])
def test_a_table(name: str) -> None:
    text = (
        f'url,token, tokenFile,name,tags,tag:site\n{A},t,,"web, 1",role=web; x=1,ams\n\n{B},,f,,,\n'
    )
    first, second = nodes(text, "", name)
    assert told(first) == (A, "t", "", "web, 1", {"role": "web", "x": "1", "site": "ams"})
    assert told(second) == (B, "", "f", "", {})
    assert (first.place, second.place) == ((2, 1), (4, 1))


INI = f"""
# the fleet
lone courier_url={A} courier_token=t   # not in any group

[web]
web[1:2] courier_url="http://{{{{ base }}}}/nodes/{{{{inventory_hostname}}}}"

[db]
db-a courier_url={B} courier_name='the db' courier_tags=tier=1,site=fra

[shop:children]
web   # all of them
db

[all:vars]
courier_token_file = tokens/{{{{ inventory_hostname }}}}.token
[shop:vars]
port=1
[web:vars]
base="{{{{ inventory_hostname }}}}:{{{{ port }}}}"
port="7070"
"""
GROUPS = {
    "all": {
        "vars": {"courier_token_file": "tokens/{{ inventory_hostname }}.token"},
        "hosts": {"lone": {"courier_url": A, "courier_token": "t"}},
        "children": {
            "shop": {
                "vars": {"port": 1},
                "children": {
                    "web": {
                        "vars": {"port": "7070"},
                        "hosts": {
                            name: {"courier_url": f"http://{name}:{{{{ port }}}}/nodes/{name}"}
                            for name in ("web1", "web2")
                        },
                    },
                    "db": {
                        "hosts": {
                            "db-a": {
                                "courier_url": B,
                                "courier_name": "the db",
                                "courier_tags": {"tier": 1, "site": "fra"},
                            }
                        }
                    },
                },
            }
        },
    }
}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (INI, "hosts.ini"),
        (INI, "hosts"),
        (json.dumps(GROUPS), "hosts.json"),
        (json.dumps(GROUPS), ""),
    ],
)
def test_an_ansible_inventory(text: str, name: str) -> None:
    found = read_inventory(text, "", name)
    # The variable of all hosts gives a file to the one that has a token of its own, too.
    assert [p["message"] for p in found.problems] == ["has both; give one"]
    by_name = {node.name: node for node in found.nodes}
    assert list(by_name) == ["lone", "web1", "web2", "the db"]
    assert told(by_name["web2"]) == (
        "http://web2:7070/nodes/web2",
        "",
        "tokens/web2.token",
        "web2",
        {"web": "true", "shop": "true"},
    )
    assert told(by_name["the db"])[2:] == (
        "tokens/db-a.token",
        "the db",
        {"db": "true", "shop": "true", "tier": "1", "site": "fra"},
    )


@pytest.mark.parametrize(
    ("pattern", "hosts"),
    [
        ("a[01:03]", ["a01", "a02", "a03"]),
        ("a[1:7:3].x", ["a1.x", "a4.x", "a7.x"]),
        ("[a:c]1", ["a1", "b1", "c1"]),
        ("r[1:2]-[a:b]", ["r1-a", "r1-b", "r2-a", "r2-b"]),
    ],
)
def test_ranges_of_hosts(pattern: str, hosts: list[str]) -> None:
    text = f"[all]\n{pattern} courier_token=t courier_url=http://h/nodes/{{{{inventory_hostname}}}}"
    assert [node.name for node in nodes(text, "ini")] == hosts


def test_everything_that_is_wrong_in_our_file_is_told_at_once() -> None:
    wrong: list[Any] = [
        {"url": "ftp://x", "token": "t"},
        {"url": A},
        {"url": A, "token": "t", "tokenFile": "f"},
        {"token": "t", "tag": {}},
        {"url": B, "token": ["t"], "tags": "role=web"},
        {"url": B[:-1], "token": "t", "attributes": {"agent": {}, "aws": {"x": {}}}},
        7,
    ]
    text = "[\n" + ",\n".join(map(json.dumps, wrong)) + "\n]"
    assert faults(text) == [
        '2 [0]: url: "ftp://x" is not the address of a node (http://HOST:PORT/nodes/NODE-ID)',
        "3 [1]: has no token or tokenFile",
        f'4 [2]: url: "{A}" is in line 3 already',
        "4 [2]: has both; give one",
        "5 [3].tag: is no field of a node",
        "5 [3]: has no url",
        "6 [4].token: must be text, not a list",
        '6 [4].tags: must be an object with names and values, not "role=web"',
        "6 [4]: has no token or tokenFile",
        "7 [5].attributes.agent: is no namespace that can be set (gohai, ohai, aws, azure)",
        "7 [5].attributes.aws.x: must be text, not an object",
        "8 [6]: must be an object with a url and a token, not 7",
    ]


def test_everything_that_is_wrong_in_a_table() -> None:
    text = f"url,tokn,token,token\n{A},,,\n,,t,t\n{B},1,2,3,4\n"
    assert faults(text, "csv") == [
        '1: "tokn" is no column (url, token, tokenFile, name, tags, tag:NAME)',
        '1: the column "token" is there twice',
        "2: has no token or tokenFile",
        "3: has no url",
        "4: has 5 cells, but there are 4 columns",
    ]
    assert faults(f'url,token\n{A},t\n"b,t\nc,t\n', "csv") == [
        "3: this is not CSV: a quote that opens here is never closed"
    ]
    assert faults("address,token\na,b\nc,d\n", "csv") == [
        '1: "address" is no column (url, token, tokenFile, name, tags, tag:NAME)',
        "1: there is no column url",
    ]
    assert faults(f"url,token,tags\n{A},t,role\n", "csv") == ['2 tags: "role" is not NAME=VALUE']


@pytest.mark.parametrize("mark", [";", "\t"])
def test_a_table_as_a_spreadsheet_writes_it(mark: str) -> None:
    rows = [("URL", "Token", "Name", "TAG:Role"), (A, "t", '"we\r\nb"', "x"), (B, "t", "b", "")]
    text = "\ufeff" + "\r\n".join(mark.join(row) for row in rows) + "\r\n"
    first, second = nodes(text, "", "nodes.csv")
    assert told(first) == (A, "t", "", "we\r\nb", {"Role": "x"})
    assert (told(second), second.place) == ((B, "t", "", "b", {}), (4, 1))


def test_everything_that_is_wrong_in_an_inventory() -> None:
    text = f"""[web
one courier_url={A}
[web]
two "courier_url={{{{ nothing }}}}" courier_token=t courier_tags=x
three = 1
four "
five[9:1]
[a:children]
b
[b:children]
a
[c:vars]
x
"""
    assert faults(text, "ini") == [
        '1: "[web" is no section ([NAME], [NAME:children, vars])',
        '5: "=" is no variable (NAME=VALUE) of the host "three"; quote a value with spaces',
        '5: "1" is no variable (NAME=VALUE) of the host "three"; quote a value with spaces',
        '6: "four \\"" cannot be read: No closing quotation',
        '7: "[9:1]" is no range of hosts',
        '13: "x" is no variable (NAME=VALUE)',
        '12: there is no group "c"',
        '11: the group "a" would be around itself',
        '4 two: courier_url: there is no variable "nothing"',
        '4 two: courier_tags: "x" is not NAME=VALUE',
        "5 three: has no courier_url",
        "5 three: has no courier_token or courier_token_file",
    ]


def test_what_is_wrong_with_a_group_is_told_once_where_it_stands() -> None:
    text = f"""[web]
web[1:3] courier_url={A}{{{{inventory_hostnam}}}}
[db]
[web:vars]
courier_tags = role
courier_token = t
[shop:children]
wbe
[dbs:vars]
a=b
"""
    assert faults(text, "ini") == [
        '8: there is no group "wbe"',
        '9: there is no group "dbs"',
        '2 web[1:3]: courier_url: there is no variable "inventory_hostnam"',
        '5 web: courier_tags: "role" is not NAME=VALUE',
    ]
    problems = read_inventory(text, "ini").problems
    assert [p["didYouMean"] for p in problems] == ["web", "db", "inventory_hostname", ""]


def test_an_inventory_in_yaml_with_ranges_and_what_only_ansible_reads() -> None:
    text = """all:
  vars:
    courier_token: t
    ansible_password: !vault |
      $ANSIBLE_VAULT;1.1;AES256
      6162
    motd: !unsafe "{{ x }}"
  children:
    web:
      hosts:
        web[01:02]: {courier_url: "http://h/nodes/{{ inventory_hostname }}"}
        web[2:1]:
    db:
      vars: {courier_tags: {a: 1}}
      hosts: {db1: {courier_url: "{{ nope }}"}, db2: {courier_url: "{{ nope }}"}}
"""
    assert faults(text, "yaml") == [
        '12 all.children.web.hosts["web[2:1]"]: "[2:1]" is no range of hosts',
        '15 db1: courier_url: there is no variable "nope"',
        '15 db2: courier_url: there is no variable "nope"',
    ]
    assert [node.name for node in read_inventory(text, "yaml").nodes] == ["web01", "web02"]


def test_variables_that_name_each_other_come_to_an_end() -> None:
    text = "h courier_token=t courier_url={{a}} a={{b}} b={{a}}"
    assert faults(text, "ini")[0].endswith("cannot be worked out")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("{", "this is not JSON"),
        ("nodes: []", "the file names no node"),
        ("[web]", "the file names no node"),
        ("a: 1", "is neither a list of nodes nor an Ansible inventory"),
        ("all: {hosts: {h: 7}}", "must be an object with named fields, not 7"),
        ("all: {hosts: {}, host: {}}", "is no part of a group (hosts, vars, children)"),
    ],
)
def test_what_is_no_file_of_nodes(text: str, message: str) -> None:
    assert message in read_inventory(text, "").problems[0]["message"]


def test_nothing_is_raised_whatever_the_text() -> None:
    for text in ("[", "[]", "\x00", "a,b", "- - -", "[web]", "x=y", "true", '"url"', "url\n"):
        for body_format in ("", "json", "yaml", "toml", "csv", "ini"):
            assert isinstance(read_inventory(text, body_format), Inventory)


@pytest.mark.parametrize("url", ["http://h/nodes/a", "https://h:1/x/nodes/a/"])
def test_addresses(url: str) -> None:
    assert node_url_fault(url) == ""


@pytest.mark.parametrize(
    "url",
    ["", "h/nodes/a", "http://h", "http://h/nodes/", "http://h/nodes/a/b", "http://h/nodes/ "],
)
def test_what_is_no_address(url: str) -> None:
    assert "is not the address of a node" in node_url_fault(url)
