"""The page in a real browser: Debian's chromium and chromium-driver."""

import base64
import json
import shutil
import time
from pathlib import Path

import pytest

webdriver = pytest.importorskip("selenium.webdriver", reason="wants selenium: pip install -e '.[dev]'")
from selenium.webdriver.chrome.service import Service  # noqa: E402
from selenium.webdriver.common.action_chains import ActionChains  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402
from selenium.webdriver.support.ui import Select, WebDriverWait  # noqa: E402

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
    "--force-prefers-reduced-motion",
)
PHONE = {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": True}
DESK = {"width": 1280, "height": 900, "deviceScaleFactor": 1, "mobile": False}
DROP = """
const [name, content] = arguments, bytes = Uint8Array.from(atob(content), (one) => one.charCodeAt(0));
const data = new DataTransfer(), event = { dataTransfer: data, bubbles: true, cancelable: true };
data.items.add(new File([bytes], name));
for (const kind of ["dragover", "drop"]) document.getElementById("drop").dispatchEvent(new DragEvent(kind, event));
"""


@pytest.fixture(scope="module")
def downloads(tmp_path_factory):
    return tmp_path_factory.mktemp("downloads")


@pytest.fixture(scope="module")
def browser(tmp_path_factory, downloads):
    options = webdriver.ChromeOptions()
    options.binary_location = PROGRAMS[0]
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    found = webdriver.Chrome(options=options, service=Service(PROGRAMS[1]))
    yield found
    found.quit()


@pytest.fixture
def page(browser, client):
    """The page, just opened on a desk."""
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", DESK)
    browser.get("about:blank")
    browser.get_log("browser"), browser.get_log("performance")  # what was said before
    browser.get(f"http://{client.host}/#{client.key}")
    wait(browser, lambda: len(Select(one(browser, "[name=weights]")).options) > 1)
    return browser


def one(page, selector):
    return page.find_element(By.CSS_SELECTOR, selector)


def wait(page, condition):
    """Wait until a condition holds."""
    return WebDriverWait(page, 20, 0.05).until(lambda _: condition())


def drop(page, file):
    """Drop a file on the page, and wait until the page knows its size or refuses it."""
    page.execute_script(DROP, file.name, base64.b64encode(file.read_bytes()).decode())
    wait(page, lambda: "pixels" in one(page, "#found").text or one(page, "#trouble").text)


def enlarge(page):
    """Press the button, and wait for both pictures."""
    wait(page, lambda: "becomes" in one(page, "#plan").text)
    one(page, "#begin").click()
    script = (
        "return ['before', 'after'].map((id) => document.getElementById(id))"
        ".every((one) => one.src && one.complete && one.naturalWidth)"
    )
    wait(page, lambda: one(page, "#save").is_displayed() and page.execute_script(script))


def divider(page):
    """Where before ends and after begins, in percent of the width, as it is drawn."""
    script = (
        "const box = document.querySelector('.stage').getBoundingClientRect();"
        "const line = document.querySelector('.stage i').getBoundingClientRect();"
        "return 100 * ((line.left + line.right) / 2 - box.left) / box.width"
    )
    clip = page.execute_script("return getComputedStyle(document.querySelector('.stage .right')).clipPath")
    at = page.execute_script(script)
    assert float(clip.removeprefix("inset(0px 0px 0px ").removesuffix("%)")) == pytest.approx(at, abs=0.6)
    return at


def test_drop_enlarge_look_and_save(page, client, photo, downloads):
    drop(page, photo("my photo.png", 24, 32))
    assert one(page, "#found").text == "my photo.png, 32 x 24 pixels"
    wait(page, lambda: "becomes" in one(page, "#plan").text)
    assert one(page, "#plan").text.startswith("32 x 24 becomes 64 x 48 by lapsrn-x2, with ")
    enlarge(page)
    assert page.execute_script("return document.getElementById('after').naturalWidth") == 64
    assert page.execute_script("return document.getElementById('before').naturalWidth") == 32
    assert divider(page) == pytest.approx(50, abs=0.6)
    stage = one(page, "#stage")
    ActionChains(page).move_to_element(stage).click_and_hold().move_by_offset(
        round(stage.size["width"] / 4), 0
    ).release().perform()
    assert divider(page) == pytest.approx(75, abs=1)
    one(page, "#divider").send_keys(Keys.HOME, Keys.ARROW_RIGHT)
    assert divider(page) == pytest.approx(1, abs=0.6)
    assert one(page, "#divider").get_attribute("aria-valuetext") == "1 % before, then after"
    one(page, "#save").click()
    saved = downloads / "my photo_x2.png"
    wait(page, saved.exists)
    (tab,) = client.desk.tabs.values()
    assert saved.read_bytes() == tab.work.result.content
    assert one(page, "#command").get_attribute("textContent") == "srkit upscale 'my photo.png' --scale 2"

    assert page.get_log("browser") == []  # the policy forbids nothing that the page does
    events = [json.loads(entry["message"])["message"] for entry in page.get_log("performance")]
    asked = [one["params"]["request"]["url"] for one in events if one["method"] == "Network.requestWillBeSent"]
    assert {url.split("/")[2] for url in asked} == {client.host}
    assert not [url for url in asked if client.key in url.partition("#")[0]]
    assert client.key not in page.current_url


def test_zoomed_in_the_picture_moves_and_the_divider_stays(page, photo):
    drop(page, photo("photo.png", 300, 400))
    Select(one(page, "[name=weights]")).select_by_value("bicubic")
    enlarge(page)
    Select(one(page, "#zoom")).select_by_value("2")
    place = (
        "const box = document.getElementById('after').getBoundingClientRect();return [box.left, box.top, box.width]"
    )
    left, top, width = page.execute_script(place)
    assert width == 1600  # two pixels of the screen for each of the result's 800
    stage = one(page, "#stage")
    ActionChains(page).move_to_element_with_offset(stage, 100, 50).click_and_hold().move_by_offset(
        30, 20
    ).release().perform()
    assert page.execute_script(place)[:2] == pytest.approx([left + 30, top + 20], abs=1)
    assert divider(page) == pytest.approx(50, abs=0.6)
    stage.send_keys(Keys.ARROW_RIGHT)
    assert page.execute_script(place)[0] == pytest.approx(left - 30, abs=1)


def test_what_the_server_says_stands_in_the_page(page, photo, tmp_path):
    (tmp_path / "notes.jpg").write_text("no picture")
    drop(page, tmp_path / "notes.jpg")
    assert one(page, "#trouble").text == "notes.jpg: wants an image, found a file of another kind"
    assert not one(page, "#form").is_displayed()
    assert not one(page, "#view").is_displayed()
    drop(page, photo('<img src=x onerror="alert(1)">.png'.replace("/", "")))
    wait(page, lambda: one(page, "#form").is_displayed())
    assert one(page, "#found").text == '<img src=x onerror="alert(1)">.png, 16 x 12 pixels'
    assert not one(page, "#trouble").is_displayed()
    Select(one(page, "[name=size]")).select_by_value("long_side")
    number = one(page, "[name=long_side]")
    number.clear()
    number.send_keys("16")
    wait(page, lambda: "so has the size already (long side 16)" in one(page, "#plan").text)
    assert not one(page, "#begin").is_enabled()


def test_stop_and_a_closed_tab(page, client, photo, endless):
    drop(page, photo())
    one(page, "#begin").click()
    wait(page, lambda: one(page, "#stop").is_displayed())
    one(page, "#stop").click()
    wait(page, lambda: one(page, "#state").text == "stopped")
    assert one(page, "#begin").is_enabled()
    one(page, "#begin").click()
    wait(page, lambda: one(page, "#state").text == "25 %")
    (tab,) = client.desk.tabs.values()
    page.get("about:blank")
    for _ in range(200):
        if tab.id not in client.desk.tabs:
            break
        time.sleep(0.05)
    assert client.left() == []


def test_without_the_key_it_says_where_to_find_it(browser, client):
    browser.get("about:blank")
    browser.get(f"http://{client.host}/#wrong")
    wait(browser, lambda: one(browser, "#trouble").text)
    assert one(browser, "#trouble").text == (
        "wants the key of this srkit-app; open the whole address that it printed on the terminal"
    )
    assert not one(browser, "#file").is_enabled()


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["360", "1280"])
def test_nothing_is_wider_than_the_screen(page, photo, screen):
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    drop(page, photo("a_rather_long_name_" * 5 + ".png"))
    enlarge(page)
    page.execute_script("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    root = "return document.documentElement."
    assert page.execute_script(root + "scrollWidth") == page.execute_script(root + "clientWidth") <= screen["width"]


def test_it_is_used_by_the_keyboard_alone(page, photo):
    one(page, "#file").send_keys(str(photo("keys.png")))
    wait(page, lambda: "becomes" in one(page, "#plan").text)
    seen = []
    page.execute_script("document.activeElement.blur()")
    for _ in range(12):
        ActionChains(page).send_keys(Keys.TAB).perform()
        script = "const one = document.activeElement; return one.id || one.name || one.tagName"
        seen.append(page.execute_script(script))
        if seen[-1] == "begin":
            break
    assert [name for name in seen if name in ("file", "weights", "size", "scale", "begin")] == [
        "file",
        "weights",
        "size",
        "scale",
        "begin",
    ]
    ActionChains(page).send_keys(Keys.ENTER).perform()
    wait(page, lambda: one(page, "#save").is_displayed())


def test_every_control_has_a_name(page, photo):
    drop(page, photo())
    enlarge(page)
    tree = page.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    controls = {"button", "link", "combobox", "slider", "spinbutton", "progressbar", "textbox"}
    roles = [(node["role"]["value"], node.get("name", {}).get("value")) for node in tree if not node["ignored"]]
    found = [pair for pair in roles if pair[0] in controls]
    assert len(found) > 6
    assert all(name for _, name in found), found


def test_the_page_is_that_of_the_repository():
    assert {file.name for file in (Path(__file__).parents[1] / "srkit_app" / "page").iterdir()} == {
        "index.html",
        "app.css",
        "app.js",
        "viewer.js",
        "icon.svg",
    }
