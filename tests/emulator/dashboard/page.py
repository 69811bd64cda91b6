"""The dashboard as a page object: what a person does with it and sees on it."""

from collections.abc import Callable
from typing import Any, TypeVar

from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from tests.support.admin import KEY

PATIENCE = 20.0
_T = TypeVar("_T")


class Page:
    """The dashboard in a browser."""

    def __init__(self, browser: Chrome, url: str) -> None:
        self.browser = browser
        self.url = url
        self.size(1280, 900)
        self.prefer("prefers-color-scheme", "light")
        self._complaints()
        self.browser.get(url)
        self.until(lambda: self.one("#login").is_displayed())

    def close(self) -> list[str]:
        """Clean up for the next test; return the browser's errors, except those of refused requests."""
        self.browser.get("about:blank")
        network = ("Failed to load resource", "WebSocket connection")
        return [line for line in self._complaints() if not any(word in line for word in network)]

    def log_in(self, user: str = KEY[0], password: str = KEY[1]) -> None:
        for name, text in (("username", user), ("password", password)):
            field = self.one(f"[name={name}]")
            field.clear()
            field.send_keys(text)
        self.one("#login-button").click()

    def wait_until(self, state: str) -> None:
        """Wait until the dashboard is `live`, `polling` or `lost`."""
        self.until(lambda: self.one("#live").get_attribute("data-state") == state)

    def until(self, condition: Callable[[], _T]) -> _T:
        """Wait until a condition is true, even while elements are replaced."""
        waiting = WebDriverWait(self.browser, PATIENCE, 0.05, ignored_exceptions=[StaleElementReferenceException])
        return waiting.until(lambda _: condition())

    def shows(self, selector: str, *texts: str) -> None:
        """Wait until the elements of a selector contain these texts."""
        self.until(lambda: all(text in self.text(selector) for text in texts))

    def all(self, selector: str) -> list[WebElement]:
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector: str) -> WebElement:
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector: str) -> str:
        """Return the visible text of the elements; empty if there are none."""
        return "\n".join(element.text for element in self.all(selector))

    def run(self, script: str, *arguments: Any) -> Any:
        return self.browser.execute_script(script, *arguments)

    def size(self, width: int, height: int) -> None:
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def prefer(self, feature: str, value: str) -> None:
        """Set a preference of the person's system."""
        features = {"features": [{"name": feature, "value": value}]}
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", features)

    def _complaints(self) -> list[str]:
        """Return the browser's new log lines."""
        lines = self.browser.get_log("browser")  # type: ignore[no-untyped-call]
        return [str(line["message"]) for line in lines]
