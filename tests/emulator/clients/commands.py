"""What is asked of the real drpcli and of the emulator's subset alike; profile alpha and workflow work are there."""

from dataclasses import dataclass
from typing import Final


def calls(text: str) -> list[tuple[list[str], str]]:
    """One call for each line, its words parted by blanks, what it reads behind ` < `."""
    found = [line.strip().partition(" < ") for line in text.strip().splitlines()]
    return [(words.split(), stdin) for words, _, stdin in found]


SAME: Final = {
    "objects": """
        profiles create beta
        profiles create beta
        profiles create - < {Name: gamma, Params: {a: 1e3}, Meta: {color: red}}
        profiles show beta
        profiles show nope
        profiles exists beta
        profiles exists nope
        profiles update beta - < {"Description": "new", "Params": {"my/q": 1}}
        profiles update beta {}
        profiles patch beta - < [{"op": "add", "path": "/Params/x1", "value": 1}]
        profiles patch beta - < [{"op": "test", "path": "/Name", "value": "other"}]
        profiles destroy beta
        profiles destroy beta
        params create - < {Name: my/t, Schema: {type: string}}
        params show my/t
        profiles set alpha param my/t to 5
        profiles set alpha param my/t to five
        params destroy my/t
        machines create - < {Name: new, Uuid: 4b8d4ba6-3d1c-4d28-b8d2-4d4d5f0b7a01, Secret: s}
        machines update Name:new - < {"Description": "x"}
        machines destroy Name:new
        machines show Name:new
    """,
    "lists": """
        profiles list
        profiles list -F yaml
        machines list --slim Meta,Params
        machines list slim Meta
        machines list --limit 1 --offset 1
        machines list Name Eq node-1
        machines list Name=node-1
        machines list Name In node-1,node-3 sort Name reverse
        machines list Name Between node-1 node-2
        machines list Nope Eq x
        machines list Name Eq node-1 --params my/x
        machines count
        machines count Runnable Eq true
        machines show Name:node-1 --slim Meta
    """,
    "params": """
        profiles set alpha param my/x to - < [1, two, {a: 1.5, a10: 1e21, a2: "yes"}]
        profiles get alpha param my/x
        profiles get alpha param my/x -F yaml
        profiles set alpha param my/x to - < none
        profiles get alpha param my/x -F yaml
        profiles get alpha param nope
        profiles get nope param nope
        profiles add alpha param my/y to 2
        profiles add alpha param my/y to 2
        profiles remove alpha param my/y
        profiles remove alpha param my/y
        profiles params alpha
        profiles params alpha - < {my/a: 1, my/b: [x]}
        profiles params alpha --aggregate
        profiles get alpha param my/a --aggregate --decode
        machines set Name:node-1 param my/m to 12:30:45
        machines get Name:node-1 param my/m -F yaml
        machines params Name:node-1 --aggregate
    """,
    "references": """
        -r other profiles set alpha param my/leader to me
        -r none profiles set alpha param my/leader to me
        -r none profiles set alpha param my/leader to you
        -r none profiles set alpha param absent to me
        -r null profiles set alpha param absent to me
        -r {"my/leader":"me"} profiles add alpha param my/z to 3
        -r {"my/leader":"me"} profiles add alpha param my/w to 3
        -r 4 profiles remove alpha param my/z
        -r 3 profiles remove alpha param my/z
        -r {"my/leader":"me"} profiles params alpha - < {my/leader: none, my/c: true}
        -r {"my/leader":"me"} profiles params alpha - < {my/leader: none}
    """,
    "notes": """
        profiles meta set alpha key k to v
        profiles meta get alpha k
        profiles meta add alpha key k to v
        profiles meta add alpha key k2 to 7
        profiles meta alpha
        profiles meta remove alpha key k
        profiles meta remove alpha key k
        profiles meta get alpha k
        machines meta set Name:node-1 key role to queen
        machines meta get Name:node-1 role
        machines meta remove Name:node-1 key role
    """,
    "machines": """
        machines show Name:node-1
        machines addprofile Name:node-1 alpha
        machines get Name:node-1 param my/leader --aggregate
        machines removeprofile Name:node-1 alpha
        machines removeprofile Name:node-1 alpha
        machines addprofile Name:node-1 nope
        -X machines show Name:node-1
        machines workflow Name:node-1 nope
        machines workflow Name:node-1 work
        machines stage Name:node-2 one
        machines bootenv Name:node-2 local
        machines pause Name:node-1
        machines run Name:node-1
        machines wait Name:node-1 Runnable true 5
        machines wait Name:node-1 Stage never 1
        machines wait Name:node-1 Stage x soon
        machines wait nope Stage x 1
        -T spoiled machines list
    """,
}


@dataclass(frozen=True)
class Difference:
    """A call that the two answer differently, and why; `codes` are the real one's and the subset's."""

    line: str
    codes: tuple[int, int]
    reason: str


DIFFERENT: Final = [
    Difference("machines addprofile Name:node-1 alpha alpha", (0, 1), "4.16 takes several profiles"),
    Difference("params create my/n", (0, 1), "4.16 makes a param from a name alone"),
    Difference("profiles set alpha param my/e to <&>", (0, 0), "4.16 prints these characters as they are"),
    Difference("profiles create - < {Name: b, Meta: {x: true}}", (1, 1), "4.16 checks the members before it sends"),
    Difference("profiles list Name Like x", (1, 1), "4.16 leaves the names of functions to the endpoint"),
    Difference("profiles update alpha [1]", (1, 1), "4.16 words it at greater length"),
    Difference("profiles show", (1, 1), "the real one shows its help too"),
    Difference("profiles list --nonsense", (1, 1), "the real one shows its help too"),
    Difference("machines processjobs", (1, 1), "no agent in the subset: the machines are agents themselves"),
]
