"""Small screens, dark mode, reduced motion, contrast; and no value becomes markup."""

from typing import Any

import pytest

from tests.support.admin import AdminClient

from .page import Page

pytestmark = pytest.mark.browser

ATTACK = (
    """"><img src=x onerror="window.attacked = 1"><svg onload='window.attacked=1'><script>window.attacked=1</script>"""
)

OVERFLOW = "const { scrollWidth, clientWidth } = document.documentElement; return scrollWidth - clientWidth"

# The contrast of every text with what is behind it, by the rules of WCAG; the least is given.
CONTRAST = """
const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
const channel = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
function paint(colors) {
  canvas.clearRect(0, 0, 1, 1);
  for (const color of colors) { canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1); }
  const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((byte) => channel(byte / 255));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(node) {
  const grounds = [];
  for (let at = node; at; at = at.parentElement) grounds.unshift(getComputedStyle(at).backgroundColor);
  const [a, b] = [paint(grounds), paint([...grounds, getComputedStyle(node).color])];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}
document.getAnimations().forEach((animation) => animation.cancel());
return [...document.querySelectorAll("body *")]
  .filter((node) => node.checkVisibility())
  .filter((node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()))
  .map((node) => [Math.round(contrast(node) * 100) / 100, node.className, node.textContent.slice(0, 40)])
  .sort((a, b) => a[0] - b[0])[0];
"""


def furnish(admin: AdminClient) -> None:
    """Make objects of every kind, with the longest names that DRP accepts."""
    long = "a-name-that-nobody-would-give-a-machine-but-somebody-does-all-the-same"
    params: dict[str, Any] = {
        "cluster/profile": long,
        "cluster/leaders": ["node-1"],
        "krib/cluster-join-command": "x" * 900,
    }
    admin.post("profiles", {"Name": long, "Params": params, "Meta": {"icon": "no such icon", "color": "yellow"}})
    admin.patch("machines/Name:node-1", {"op": "replace", "path": "/Name", "value": long})
    for name in (long, "node-2", "node-3"):
        admin.patch(f"machines/Name:{name}", {"op": "replace", "path": "/Profiles", "value": [long]})
    admin.patch("machines/Name:node-2", {"op": "replace", "path": "/Runnable", "value": False})
    admin.patch("machines/Name:node-3", {"op": "replace", "path": "/Profiles", "value": [long, "missing"]})


def test_nothing_is_wider_than_the_smallest_phone(page: Page, admin: AdminClient) -> None:
    page.size(360, 640)
    furnish(admin)
    assert page.run(OVERFLOW) == 0
    page.log_in()
    page.wait_until("live")
    page.shows("#machines", "node-4")
    for button in page.all("#density button"):
        button.click()
        assert page.run(OVERFLOW) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read_in_both_colour_schemes(board: Page, admin: AdminClient, scheme: str) -> None:
    board.prefer("prefers-color-scheme", scheme)
    furnish(admin)
    board.shows("#machines", "Not available", "Stopped")
    board.shows("#events", "stopped")
    ground = board.run("return getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(245, 244, 240)", "dark": "rgb(16, 21, 24)"}[scheme]
    least = board.run(CONTRAST)
    assert least[0] >= 4.5, least
    board.one("#logout").click()
    least = board.run(CONTRAST)
    assert least[0] >= 4.5, least


def test_reduced_motion_means_none(board: Page, admin: AdminClient) -> None:
    board.prefer("prefers-reduced-motion", "reduce")
    furnish(admin)
    board.shows("#machines", "Stopped")
    assert board.run("return document.getAnimations().length") == 0


def test_the_keyboard_reaches_everything(page: Page) -> None:
    assert page.run("return document.activeElement.id") == "login-user"
    page.one("#login-user").send_keys("rocketskates\tr0cketsk8ts\n")
    page.shows("#machines", "node-1")
    unnamed = """return [...document.querySelectorAll("button, input")].filter((node) => node.checkVisibility()
        && !node.textContent.trim() && !node.ariaLabel && !node.labels?.length).length"""
    assert page.run(unnamed) == 0


@pytest.mark.parametrize("word", [ATTACK, "__proto__"])
def test_every_value_is_shown_as_text(board: Page, admin: AdminClient, word: str) -> None:
    icons = {"icon": word, "color": word, "title": word}
    params: dict[str, Any] = {
        "cluster/profile": "demo",
        "my/text": word,
        "my/list": [word, {"Name": word}],
        "my/leader": word,
    }
    profile = {"Name": "demo", "Description": word, "Meta": icons, "Params": {**params, "my/map": {word: word}}}
    admin.post("profiles", profile)
    admin.patch("machines/Name:node-1", {"op": "add", "path": "/Meta", "value": icons})
    admin.patch("machines/Name:node-1", {"op": "replace", "path": "/Profiles", "value": ["demo"]})
    board.shows("[data-param='my/text']", word)
    board.shows("#events", word)

    # The endpoint lets no such name through, but an event can say anything.
    machine = {
        **admin.get("machines/Name:node-2"),
        "Name": word,
        "Stage": word,
        "Workflow": word,
        "Profiles": [word],
    }
    machine |= {
        "Tasks": [word],
        "Available": False,
        "Errors": [word],
        "Params": {f"leader {word}": word},
        "CurrentTask": 0,
    }
    event = {"Type": "machines", "Action": "update", "Key": machine["Uuid"], "Object": machine}
    assert admin.send("POST", "events", event).status_code == 204
    foreign = {"Name": word, "Params": {word: word, "cluster/profile": word}, "Meta": icons}
    for strange in (
        {"Type": "profiles", "Action": word, "Key": word, "Object": foreign},
        {"Type": word, "Action": "update", "Key": word, "Object": {"Uuid": word}},
        {
            "Type": "machines",
            "Action": "update",
            "Key": word,
            "Object": {"Uuid": word, "Tasks": 3, "Meta": 4, "Profiles": {}},
        },
        {"Type": "jobs", "Action": "update", "Key": word, "Object": {"Uuid": word, "Machine": word, "State": word}},
        {"Type": "machines", "Action": "update", "Key": "end", "Object": {"Uuid": "end", "Name": "the-end"}},
    ):
        assert admin.send("POST", "events", strange).status_code == 204
    board.shows("#machines", word, "the-end")
    for button in board.all("#density button"):
        button.click()

    assert board.run("return window.attacked ?? null") is None
    assert (
        board.run("return document.querySelectorAll('.watch :is(img[src=x], script, [onload], [onerror])').length") == 0
    )
