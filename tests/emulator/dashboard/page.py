"""What a person does with the page, and sees on it."""

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
    """The page in a browser."""

    def __init__(self, browser: Chrome, url: str) -> None:
        self.browser = browser
        self.url = url
        self.size(1280, 900)
        self.prefer("prefers-color-scheme", "light")
        self._complaints()
        self.browser.get(url)
        self.until(lambda: self.one("#login").is_displayed())

    def close(self) -> list[str]:
        """Leave nothing for the next test; return what the browser complained of, refused requests apart."""
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
        """Wait until the page is `live`, `polling` or `lost`."""
        self.until(lambda: self.one("#live").get_attribute("data-state") == state)

    def until(self, condition: Callable[[], _T]) -> _T:
        """Wait for something that is true of the page, also while its elements come and go."""
        waiting = WebDriverWait(self.browser, PATIENCE, 0.05, ignored_exceptions=[StaleElementReferenceException])
        return waiting.until(lambda _: condition())

    def shows(self, selector: str, *texts: str) -> None:
        """Wait until these texts stand in what a selector finds."""
        self.until(lambda: all(text in self.text(selector) for text in texts))

    def all(self, selector: str) -> list[WebElement]:
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector: str) -> WebElement:
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector: str) -> str:
        """What can be read there; nothing where nothing is."""
        return "\n".join(element.text for element in self.all(selector))

    def run(self, script: str, *arguments: Any) -> Any:
        return self.browser.execute_script(script, *arguments)

    def size(self, width: int, height: int) -> None:
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def prefer(self, feature: str, value: str) -> None:
        """Be a person whose system is set so."""
        features = {"features": [{"name": feature, "value": value}]}
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", features)

    def _complaints(self) -> list[str]:
        """What the browser wrote into its log since it was asked last."""
        lines = self.browser.get_log("browser")  # type: ignore[no-untyped-call]
        return [str(line["message"]) for line in lines]
