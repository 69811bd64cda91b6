"""Folders and files are read as DRP reads them; an error names file and line."""

import json
from pathlib import Path
from typing import Any

import pytest

from drp_provider.engine.content.pack_files import load_pack
from drp_provider.engine.content.text_documents import read_document
from drp_provider.errors import InvalidInput


def folder(place: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return place


def yaml(tmp_path: Path, text: str) -> Any:
    path = tmp_path / "x.yaml"
    path.write_text(text)
    return read_document(path)


def refusal(place: Path) -> str:
    with pytest.raises(InvalidInput) as caught:
        load_pack(place)
    text = str(caught.value)
    assert "\n" not in text
    return text.replace(f"{place}/", "")


def test_a_folder_of_rackns_layout_is_a_pack(tmp_path: Path) -> None:
    place = folder(
        tmp_path,
        {
            "._Name.meta": "my-pack\n",
            "._Description.meta": "What it is\n",
            "params/my.leader.yaml": "Name: my/leader\nSchema: {type: string, default: null}\n",
            "tasks/elect.json": '{"Name": "elect", "Templates": [{"Name": "s", "ID": "elect.sh.tmpl"}]}',
            "templates/elect.sh.tmpl": "#!/bin/sh\r\n{{ .Param \"x\" }}\n",
            "templates/other.yml": "ID: other\nContents: yes\n",
            "stages/.stage.yaml.swp": "\x00",
            "tasks/elect.json~": "{",
            ".git/config.yaml": "{",
            "files/readme": "not a section, and nothing that DRP would read",
            "README.md": "text",
        },
    )  # fmt: skip
    assert load_pack(place) == {
        "meta": {"Name": "my-pack", "Description": "What it is"},
        "sections": {
            "params": {"my/leader": {"Name": "my/leader", "Schema": {"type": "string", "default": None}}},
            "tasks": {"elect": {"Name": "elect", "Templates": [{"Name": "s", "ID": "elect.sh.tmpl"}]}},
            "templates": {
                "elect.sh.tmpl": {"ID": "elect.sh.tmpl", "Contents": '#!/bin/sh\r\n{{ .Param "x" }}\n'},
                "other": {"ID": "other", "Contents": "yes"},
            },
        },
    }


def test_meta_yaml_wins_over_files_of_one_field(tmp_path: Path) -> None:
    place = folder(tmp_path, {"meta.yaml": "Name: one\nVersion: 1.10\nOrder: 0644\n", "._Name.meta": "two"})
    assert load_pack(place)["meta"] == {"Name": "one", "Version": "1.10", "Order": "0644"}


@pytest.mark.parametrize("ending", ["yaml", "json"])
def test_a_bundle_file_is_a_pack(tmp_path: Path, ending: str) -> None:
    content = {"meta": {"Name": "my-pack"}, "sections": {"tasks": {"elect": {"Name": "elect"}}, "stages": {}}}
    path = tmp_path / f"pack.{ending}"
    path.write_text(json.dumps(content, indent=1))
    assert load_pack(path) == {**content, "sections": {"tasks": {"elect": {"Name": "elect"}}}}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"tasks/a.yaml": "Name: a\nMeta: {b\n"}, "tasks/a.yaml:3 is not YAML ("),
        ({"tasks/a.yaml": "Name: a\nName: b\n"}, "tasks/a.yaml:2 has the key 'Name' a second time: correct the file."),
        ({"tasks/a.yaml": "- a\n"}, "tasks/a.yaml: it is a list instead of a map"),
        ({"tasks/a.yaml": ""}, "tasks/a.yaml: it is empty instead of a map"),
        ({"tasks/a.yaml": "Name: a\nx: !!binary aGk=\n"}, "tasks/a.yaml:2 has the tag tag:yaml.org,2002:binary"),
        ({"tasks/a.yaml": "Name: a\nx: .nan\n"}, "tasks/a.yaml:2 holds .nan, which JSON cannot hold"),
        ({"tasks/a.yaml": "Name: a\n? [x]\n: 1\n"}, "tasks/a.yaml:2 has a list or map as a key"),
        ({"tasks/a.yaml": "Name: a\nx: &x\n  y: *x\n"}, "tasks/a.yaml:2 holds an alias of a value that contains it"),
        ({"tasks/a.yaml": "Description: a\n"}, "tasks/a.yaml has no Name, which is the key of the object: add it."),
        ({"tasks/a.json": '{\n"Name": }'}, "tasks/a.json:2 is not JSON (Expecting value)"),
        ({"tasks/a.json": '{"Name": "a", "Name": "b"}'}, "tasks/a.json holds the key 'Name' twice in one map"),
        ({"tasks/a.json": '{"Name": NaN}'}, "tasks/a.json holds NaN, which is not JSON"),
        ({"task/a.yaml": "Name: a\n"}, "is not a section of a content pack: did you mean tasks?"),
        ({"bogus/a.yaml": "Name: a\n"}, "is not a section of a content pack: DRP has blueprints, bootenvs"),
        ({"tasks/a.yaml": "Name: a", "tasks/b.yaml": "Name: a"}, "tasks/b.yaml and tasks/a.yaml are both tasks 'a'"),
        ({"tasks/a.tmpl": "x"}, "tasks/a.tmpl is neither YAML nor JSON: only templates/ holds files of other kinds."),
        ({"templates/sub/a.tmpl": "x"}, "templates/sub is a folder inside a section"),
        ({"notes.txt": "x"}, "is not a content pack: add meta.yaml or a folder such as tasks/."),
        ({"meta.yaml": "[]"}, "meta.yaml: it is a list instead of a map"),
    ],
)
def test_what_is_wrong_in_a_folder_is_one_sentence(tmp_path: Path, files: dict[str, str], said: str) -> None:
    assert said in refusal(folder(tmp_path / "pack", files))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("meta: {}\nsections: {bogus: {}}\n", "bogus is not a section of a content pack"),
        ("meta: {}\nsections: {tasks: []}\n", ""),
        ("meta: {}\nsections: {tasks: {a: 5}}\n", "tasks.a is a int instead of a map"),
        ("tasks: {}\n", "is not a bundle, which is a map of meta and sections: it has 'tasks' too"),
        ("{}\n", "is not a bundle, which is a map of meta and sections: it has neither"),
    ],
)
def test_what_is_wrong_in_a_bundle_is_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "pack.yaml"
    path.write_text(text)
    if not said:
        assert load_pack(path)["sections"] == {}
        return
    assert said in refusal(path)


def test_a_path_that_leads_nowhere_says_where_it_starts(tmp_path: Path) -> None:
    assert f"check the path, which is relative to {Path.cwd()}" in refusal(Path("nowhere"))
    (tmp_path / "pack.zip").write_text("")
    assert "a bundle ends in .yaml, .yml or .json" in refusal(tmp_path / "pack.zip")
    (tmp_path / "latin.yaml").write_bytes(b"\xff")
    assert "is not UTF-8 text" in refusal(tmp_path / "latin.yaml")


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("yes", True), ("Off", False), ("y", True), ("'yes'", "yes"), ("!!str yes", "yes"), ("yEs", "yEs"),
        ("2024-01-02", "2024-01-02"), ("12:30:45", "12:30:45"), ("1.2.3", "1.2.3"), ("~", None), ("", None),
        ("null", None), ("1e3", 1000.0), ("1.5", 1.5), (".5", 0.5), ("0644", 420), ("0o17", 15), ("0x1F", 31),
        ("-0b11", -3), ("1_000", 1000), ("08", 8.0), ("+7", 7), ("0", 0), ("0x_", "0x_"), ("a", "a"),
        ("1e999", "1e999"), ("9" * 30, 1e30), ("!!int '5'", 5), ("=", "="), ("@x", None),
    ],
)  # fmt: skip
def test_a_plain_word_means_what_it_means_to_drp(tmp_path: Path, word: str, value: Any) -> None:
    if word == "@x":
        with pytest.raises(InvalidInput, match="is not YAML"):
            yaml(tmp_path, f"Params:\n  x: {word}\n")
        return
    found = yaml(tmp_path, f"Params:\n  x: {word}\n")["Params"]["x"]
    assert (found, type(found)) == (value, type(value))


def test_text_fields_keep_what_is_written_and_raw_values_do_not(tmp_path: Path) -> None:
    found = yaml(
        tmp_path,
        """
        Description: 1.10
        Documentation: no
        Meta: {color: 0644, icon: yes}
        Tasks: [on, 5]
        Templates: [{Name: 1, Contents: ~}]
        Reboot: no
        Params: {Name: 5, Meta: {x: yes}, 8080: [on]}
        Schema: {default: yes, Description: 5}
        """,
    )
    assert found == {
        "Description": "1.10", "Documentation": "no", "Meta": {"color": "0644", "icon": "yes"}, "Tasks": ["on", "5"],
        "Templates": [{"Name": "1", "Contents": None}], "Reboot": False,
        "Params": {"Name": 5, "Meta": {"x": True}, "8080": [True]}, "Schema": {"default": True, "Description": 5},
    }  # fmt: skip


def test_anchors_and_merges_are_written_out(tmp_path: Path) -> None:
    found = yaml(tmp_path, "Params:\n  a: &a {x: 1, y: 2}\n  b: {<<: *a, y: 3}\n  c: {<<: [{y: 9}, *a]}\n  d: *a\n")
    assert found["Params"] == {
        "a": {"x": 1, "y": 2},
        "b": {"x": 1, "y": 3},
        "c": {"x": 1, "y": 9},
        "d": {"x": 1, "y": 2},
    }
