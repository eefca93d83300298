"""Somebody who works without a mouse: all is reached by Tab, sent by Enter, ticked by the space bar."""

from playwright.sync_api import FileChooser, FilePayload, Locator, Page

MOST_STEPS = 150  # from one end of the longest form to the other
PAPER: FilePayload = {"name": "材料.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 paper"}
HAS_FOCUS = """one => {
    const style = getComputedStyle(one);
    return one !== document.activeElement ? 'no' : style.outlineStyle === 'none' ? 'unseen' : 'yes';
}"""


class Keyboard:
    """Works a page of the desk; fields are named as their forms name them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.on("filechooser", _noted)

    def write(self, name: str, words: str) -> None:
        """Write into a field, instead of what stands there."""
        self._reach(self._field(name))
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(words)

    def choose(self, name: str, value: str) -> None:
        """Choose one of several."""
        field = self._field(name)
        self._reach(field)
        self.page.keyboard.press("Home")
        for _ in range(field.locator("option").count()):
            if field.input_value() == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{name} has no {value}")

    def tick(self, name: str, value: str = "") -> None:
        """Tick the first box of a name, or the one of a value."""
        box = self.page.locator(f'main [name="{name}"]' + (f'[value="{value}"]' if value else "")).first
        self._reach(box)
        self.page.keyboard.press("Space")
        assert box.is_checked()

    def bring(self, name: str, file: FilePayload = PAPER) -> None:
        """Choose a file."""
        self._reach(self._field(name))
        with self.page.expect_file_chooser() as asked:
            self.page.keyboard.press("Enter")
        asked.value.set_files(file)

    def press(self, words: str, within: str = "") -> None:
        """Press a button, the first or the one of a line with some words, and see the page it leads to."""
        place = self.page.locator("main li", has_text=within) if within else self.page.locator("main")
        self._enter(place.get_by_role("button", name=words, exact=True).first)

    def unfold(self, words: str) -> None:
        """Unfold what is hidden behind a line."""
        summary = self.page.locator("main summary", has_text=words).first
        self._reach(summary)
        self.page.keyboard.press("Enter")

    def follow(self, words: str) -> None:
        """Follow a link, and see the page that it leads to."""
        self._enter(self.page.get_by_role("link", name=words, exact=True).first)

    def _enter(self, what: Locator) -> None:
        self._reach(what)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def _field(self, name: str) -> Locator:
        return self.page.locator(f'main [name="{name}"]:not([type=hidden])').first

    def _reach(self, what: Locator) -> None:
        """Go on by Tab until something has the focus, and shows it."""
        for _ in range(MOST_STEPS):
            if (has := what.evaluate(HAS_FOCUS)) != "no":
                assert has == "yes", f"the focus is not seen on {what}"
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{what} is not reached by Tab")


def _noted(_: FileChooser) -> None:
    """Keep the browser from opening a window of its own: it is told to as soon as somebody listens."""
