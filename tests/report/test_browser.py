"""The page of a report in a real browser, from disk: Debian's chromium and chromium-driver."""

import io
import json
import shutil

import numpy as np
import pytest
from PIL import Image

webdriver = pytest.importorskip("selenium.webdriver", reason="wants selenium: pip install -e '.[dev]'")
from selenium.webdriver.chrome.service import Service  # noqa: E402
from selenium.webdriver.common.action_chains import ActionChains  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402
from selenium.webdriver.support.ui import Select  # noqa: E402

from srkit.comparison.compare import Comparison, Wish  # noqa: E402
from srkit.comparison.page import page as comparison_page  # noqa: E402
from srkit.comparison.versions import Files  # noqa: E402
from srkit.image.files import write  # noqa: E402
from srkit.report import write_report  # noqa: E402

PROGRAMS = [shutil.which(name) for name in ("chromium", "chromedriver")]
pytestmark = pytest.mark.skipif(
    not all(PROGRAMS), reason="wants a browser: apt-get install chromium chromium-driver"
)

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--force-prefers-reduced-motion",  # without smooth scrolling, which moves elements away from a click
)
PHONE = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
DESK = {"width": 1280, "height": 900, "deviceScaleFactor": 1, "mobile": False}


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    options = webdriver.ChromeOptions()
    options.binary_location = PROGRAMS[0]
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    found = webdriver.Chrome(options=options, service=Service(PROGRAMS[1]))
    yield found
    found.quit()


@pytest.fixture(scope="module")
def address(tmp_path_factory, maker):
    study = maker(tmp_path_factory.mktemp("page") / "study", tests=("clean",), blocks=("x2", "x4"), pictures=1)
    return write_report(study.write().folder).as_uri()


@pytest.fixture(scope="module")
def comparison_address(tmp_path_factory):
    """A comparison of HR with two versions that are 2 and 12 levels brighter, wide and high, under odd names."""
    folder = tmp_path_factory.mktemp("comparison")
    shapes, added = {"wide": (40, 120), "<high>": (120, 40)}, {"a & b": 2, "<c>": 12, "HR": 0}
    for name, (height, width) in shapes.items():
        ramp = np.linspace(30, 200, height * width).reshape(height, width, 1).repeat(3, 2)
        for version, levels in added.items():
            (folder / version).mkdir(exist_ok=True)
            write(folder / version / f"{name}.png", ramp.astype(np.uint8) + np.uint8(levels))
    files = [Files(one, one, {name: folder / one / f"{name}.png" for name in shapes}) for one in added]
    found = Comparison(Wish(files, {}, crop=None))
    assert all(found.add(name) for name in shapes)
    (folder / "page.html").write_text(comparison_page(found, {"command": "srkit compare"}, 0))
    return (folder / "page.html").as_uri()


@pytest.fixture
def page(browser, address):
    """The page of a study, just opened on a desk."""
    return opened(browser, address)


@pytest.fixture
def comparison(browser, comparison_address):
    """The page of a comparison, just opened on a desk."""
    return opened(browser, comparison_address)


def opened(browser, address):
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", DESK)
    browser.get_log("browser"), browser.get_log("performance")  # what was said before
    browser.get(address)
    return browser


def one(page, selector):
    return page.find_element(By.CSS_SELECTOR, selector)


def names(page, table=0):
    """The arms of a table from top to bottom."""
    body = page.find_elements(By.CSS_SELECTOR, ".sortable tbody")[table]
    script = "return [...arguments[0].rows].map((row) => row.cells[0].childNodes[1].data)"
    return page.execute_script(script, body)


def divider(page):
    """Where left ends and right begins, in percent of the width, as it is drawn."""
    script = (
        "const box = document.querySelector('.stage').getBoundingClientRect();"
        "const line = document.querySelector('.stage i').getBoundingClientRect();"
        "return 100 * ((line.left + line.right) / 2 - box.left) / box.width"
    )
    clip = page.execute_script("return getComputedStyle(document.querySelector('[data-side=right]')).clipPath")
    at = page.execute_script(script)
    assert float(clip.removeprefix("inset(0px 0px 0px ").removesuffix("%)")) == pytest.approx(at, abs=0.6)
    return at


def test_it_asks_for_nothing_and_complains_of_nothing(page, address):
    page.execute_script("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    ActionChains(page).pause(0.2).perform()
    events = [json.loads(entry["message"])["message"] for entry in page.get_log("performance")]
    asked = [one["params"]["request"]["url"] for one in events if one["method"] == "Network.requestWillBeSent"]
    assert address in asked
    assert {url.partition(":")[0] for url in asked if url != address} <= {"data"}
    assert page.get_log("browser") == []


def test_its_policy_forbids_to_ask(page):
    script = (
        "const done = arguments[0]; fetch('https://example.org').then(() => done('sent'), () => done('refused'))"
    )
    assert page.execute_async_script(script) == "refused"
    assert any("Content Security Policy" in entry["message"] for entry in page.get_log("browser"))


def test_the_divider_follows_the_mouse(page):
    stage = one(page, ".stage")
    assert divider(page) == pytest.approx(50, abs=0.6)
    page.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", stage)
    width = stage.size["width"]
    ActionChains(page).move_to_element(stage).click_and_hold().move_by_offset(
        round(width / 4), 0
    ).release().perform()
    assert divider(page) == pytest.approx(75, abs=1)
    ActionChains(page).move_to_element_with_offset(stage, -round(width / 4), 0).click().perform()
    assert divider(page) == pytest.approx(25, abs=1)
    ActionChains(page).move_to_element(stage).perform()  # the button is up: the mouse only passes by
    assert divider(page) == pytest.approx(25, abs=1)


def test_the_divider_follows_the_keyboard(page):
    slider = one(page, ".compare input")
    slider.send_keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    assert divider(page) == pytest.approx(52, abs=0.6)
    slider.send_keys(Keys.HOME)
    assert divider(page) == pytest.approx(0, abs=0.6)
    slider.send_keys(Keys.END, Keys.ARROW_LEFT)
    assert divider(page) == pytest.approx(99, abs=0.6)
    assert slider.get_attribute("aria-valuetext") == "99 % plain, then good & <b>"


def test_the_divider_follows_a_finger(page):
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    page.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
    page.execute_script("document.querySelector('.stage').scrollIntoView({block: 'center', behavior: 'instant'})")
    box = page.execute_script("return document.querySelector('.stage').getBoundingClientRect().toJSON()")
    across = box["top"] + box["height"] / 2
    for kind, share in (("touchStart", 0.5), ("touchMove", 0.6), ("touchMove", 0.8)):
        point = {"x": box["left"] + share * box["width"], "y": across}
        page.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
    page.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": False})
    assert divider(page) == pytest.approx(80, abs=1)


def test_any_two_versions_can_be_compared(page):
    place, left, right = (Select(one(page, f"[data-pick={name}]")) for name in ("place", "left", "right"))
    assert [option.text for option in left.options] == ["LR", "bicubic", "plain", "good & <b>", "same", "HR"]
    assert [option.get_attribute("value") for option in left.options] == list("012345")  # names may be equal
    assert len(place.options) == 6
    left.select_by_visible_text("LR")
    right.select_by_visible_text("HR")

    def shown(side):
        return one(page, f".stage [data-side={side}]").get_attribute("src")

    def tile(name, index=0):
        tiles = page.find_elements(By.CSS_SELECTOR, f"details.place figure[data-name='{name}'] img")
        return tiles[index].get_attribute("src")

    assert (shown("left"), shown("right")) == (tile("LR"), tile("HR"))
    place.select_by_visible_text("x4, noise")
    assert (shown("left"), shown("right")) == (tile("LR", 4), tile("HR", 4))  # the choice is kept
    one(page, "[data-swap]").click()
    assert (shown("left"), shown("right")) == (tile("HR", 4), tile("LR", 4))
    assert one(page, "[data-name=left]").text == "HR"


def test_crops_are_enlarged_without_blur(page):
    image = one(page, ".stage [data-side=left]")
    assert image.value_of_css_property("image-rendering") == "pixelated"
    assert image.size["width"] > 3 * 128


def heading(page, column, table=0):
    return page.find_elements(By.CSS_SELECTOR, ".sortable")[table].find_elements(
        By.CSS_SELECTOR, "thead tr:last-child th"
    )[column]


def test_a_table_sorts_by_click_and_back(page):
    assert names(page) == ["plain", "good & <b>", "same"]
    difference = heading(page, 3)
    difference.find_element(By.TAG_NAME, "button").click()
    assert difference.get_attribute("aria-sort") == "descending"
    assert names(page) == ["good & <b>", "same", "plain"]  # the baseline has no difference to itself
    difference.find_element(By.TAG_NAME, "button").click()
    assert difference.get_attribute("aria-sort") == "ascending"
    assert names(page) == ["same", "good & <b>", "plain"]
    difference.find_element(By.TAG_NAME, "button").click()
    assert difference.get_attribute("aria-sort") is None
    assert names(page) == ["plain", "good & <b>", "same"]


def test_a_table_sorts_by_keyboard_and_by_one_column_at_a_time(page):
    name, mean = heading(page, 0), heading(page, 1)
    mean.find_element(By.TAG_NAME, "button").send_keys(Keys.ENTER)
    assert names(page) == ["good & <b>", "same", "plain"]
    name.find_element(By.TAG_NAME, "button").send_keys(Keys.SPACE)
    assert names(page) == ["good & <b>", "plain", "same"]
    assert (name.get_attribute("aria-sort"), mean.get_attribute("aria-sort")) == ("ascending", None)
    assert names(page, 1) == ["plain", "good & <b>", "same"]  # another table is left alone


def test_a_place_is_flipped_through_in_large(page):
    one(page, "details.place .tiles button").click()
    dialog = one(page, "dialog")
    assert dialog.is_displayed()
    dialog.send_keys(Keys.ARROW_RIGHT)
    assert dialog.find_element(By.CSS_SELECTOR, "[data-name]").text.startswith("bicubic")
    dialog.send_keys(Keys.ESCAPE)
    assert not dialog.is_displayed()


def stage_of(page):
    """The pixels (H,W,3) of the stage, as they are drawn."""
    shot = one(page, ".stage").screenshot_as_png
    return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).astype(int)


def test_a_comparison_has_a_slider_that_follows_the_keyboard(comparison):
    assert one(comparison, "h1").text == "a & b and <c>"
    assert [one(comparison, f"[data-name={side}]").text for side in ("left", "right")] == [
        "a & b 120 x 40",
        "<c> 120 x 40",
    ]
    slider = one(comparison, ".compare input")
    slider.send_keys(Keys.HOME, Keys.ARROW_RIGHT)
    assert divider(comparison) == pytest.approx(1, abs=0.6)
    assert slider.get_attribute("aria-valuetext") == "1 % a & b, then <c>"
    assert comparison.get_log("browser") == []


def test_the_difference_is_eight_times_as_bright(comparison):
    button = one(comparison, "[data-difference]")
    button.send_keys(Keys.ENTER)
    assert button.get_attribute("aria-pressed") == "true"
    assert not one(comparison, ".compare input").is_enabled()
    inside = stage_of(comparison)[20:-20, 20:-20]
    assert np.abs(inside - 8 * 10).max() <= 8  # 12 - 2 levels; colours may be rounded on the way to the screen
    button.click()
    assert button.get_attribute("aria-pressed") == "false"
    assert stage_of(comparison)[20:-20, 20:-20].std() > 20


def test_a_picture_of_any_shape_is_seen_whole(comparison):
    for name, shape in (("<high>", 40 / 120), ("wide", 120 / 40)):
        Select(one(comparison, "[data-pick=place]")).select_by_visible_text(name)
        size = one(comparison, ".stage").size
        assert size["width"] / size["height"] == pytest.approx(shape, rel=0.02)
        assert size["height"] <= DESK["height"] * 0.81


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("which", ["address", "comparison_address"])
def test_a_phone_scrolls_in_one_direction_alone_and_colours_are_read(browser, request, which, scheme):
    page = opened(browser, request.getfixturevalue(which))
    page.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    page.execute_script("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    wide = page.execute_script(
        "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert wide[0] <= wide[1] <= 360
    script = "const s = getComputedStyle(document.body); return [s.color, s.backgroundColor]"
    ink, paper = (
        sum(map(int, color.removeprefix("rgb(").removesuffix(")").split(", ")))
        for color in page.execute_script(script)
    )
    assert (ink < paper) == (scheme == "light")
    assert abs(ink - paper) > 500
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
