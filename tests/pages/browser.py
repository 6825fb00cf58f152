# SPDX-License-Identifier: MIT
"""Chromium without a window, over the pipe of its DevTools protocol: no port, no network."""
import base64
import fcntl
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-extensions", "--hide-scrollbars", "--mute-audio",
         "--disable-dev-shm-usage", "--remote-debugging-pipe", "--host-resolver-rules=MAP * ~NOTFOUND")


# keys with which Chromium itself does something
CODES = {"Tab": 9, "Enter": 13, " ": 32, "ArrowUp": 38, "ArrowDown": 40}


def program():
    return next((p for p in map(shutil.which, NAMES) if p), None)


def high_pipe():
    """A pipe out of the way of 3 and 4."""
    low = os.pipe()
    high = tuple(fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 10) for fd in low)
    for fd in low:
        os.close(fd)
    return high


class Browser:
    """One page; errors holds what the console and the page complained of, requests what it asked for."""

    def __init__(self, deadline=60):
        self.profile = tempfile.mkdtemp(prefix="pages-")
        self.deadline, self.last, self.buffer = deadline, 0, b""
        self.errors, self.requests, self.session, self.may_script = [], [], None, True
        to_child, self.out = high_pipe()
        self.inn, from_child = high_pipe()
        # the child finds its ends at 3 and 4
        takes_ends = "import os, sys; os.dup2(%d, 3); os.dup2(%d, 4); os.execv(sys.argv[1], sys.argv[1:])" % (to_child, from_child)
        self.child = subprocess.Popen(
            [sys.executable, "-c", takes_ends, program(), *FLAGS, "--user-data-dir=" + self.profile, "about:blank"],
            pass_fds=(to_child, from_child), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True)
        os.close(to_child)
        os.close(from_child)
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    def __enter__(self):
        return self

    def __exit__(self, *args):
        os.close(self.out)
        try:
            self.child.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self.child.pid, signal.SIGKILL)
            self.child.wait()
        os.close(self.inn)
        shutil.rmtree(self.profile, ignore_errors=True)

    def message(self, until):
        while b"\0" not in self.buffer:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.inn], [], [], left)[0]:
                raise TimeoutError("the browser does not answer")
            data = os.read(self.inn, 1 << 20)
            if not data:
                raise EOFError("the browser has gone")
            self.buffer += data
        text, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(text)

    def note(self, m):
        p = m.get("params", {})
        if m["method"] == "Runtime.exceptionThrown":
            d = p["exceptionDetails"]
            self.errors.append(d.get("exception", {}).get("description") or d["text"])
        elif m["method"] == "Runtime.consoleAPICalled" and p["type"] in ("error", "warning", "assert"):
            self.errors.append(" ".join(str(a.get("value", a.get("description"))) for a in p["args"]))
        elif m["method"] == "Log.entryAdded" and p["entry"]["level"] in ("error", "warning"):
            self.errors.append(p["entry"]["text"])
        elif m["method"] == "Network.requestWillBeSent":
            self.requests.append(p["request"]["url"])

    def call(self, method, **params):
        self.last += 1
        m = {"id": self.last, "method": method, "params": params}
        if self.session:
            m["sessionId"] = self.session
        data = json.dumps(m).encode() + b"\0"
        while data:
            data = data[os.write(self.out, data):]
        until = time.monotonic() + self.deadline
        while True:
            m = self.message(until)
            if m.get("id") == self.last:
                if "error" in m:
                    raise RuntimeError("%s: %s" % (method, m["error"]))
                return m["result"]
            if "method" in m:
                self.note(m)

    def js(self, expression):
        r = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in r:
            raise RuntimeError(r["exceptionDetails"].get("exception", {}).get("description", expression))
        return r["result"].get("value")

    def until(self, expression):
        """Waits till it is true in the page: JavaScript, or a function of ours."""
        end = time.monotonic() + self.deadline
        while not (expression() if callable(expression) else self.js(expression)):
            if time.monotonic() > end:
                raise TimeoutError(expression)
            time.sleep(0.05)

    def children(self):
        """The URLs of the frames within the page."""
        tree = self.call("Page.getFrameTree")["frameTree"]
        return [f["frame"]["url"] for f in tree.get("childFrames", [])]

    def open(self, path, width=1400, height=1000, dark=False, touch=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=touch)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.requests.clear()
        self.call("Page.navigate", url="file://" + os.path.abspath(path))
        self.until("document.readyState === 'complete'")
        if self.may_script:
            self.frame()

    def frame(self):
        """Waits until what was asked for has been drawn."""
        self.js("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def key(self, key):
        event = {"key": key}
        if len(key) == 1:
            event["text"] = key
        if key in CODES:
            event.update(windowsVirtualKeyCode=CODES[key], code={" ": "Space"}.get(key, key))
        if key == "Enter":
            event["text"] = "\r"
        self.call("Input.dispatchKeyEvent", type="keyDown", **event)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key)
        self.frame()

    def mouse(self, what, x, y, **more):
        self.call("Input.dispatchMouseEvent", type=what, x=x, y=y, **more)

    def drag(self, x0, x1, y, shift=False):
        keys = {"modifiers": 8 if shift else 0}
        self.mouse("mouseMoved", x0, y)
        self.mouse("mousePressed", x0, y, button="left", clickCount=1, **keys)
        for i in (1, 2, 3, 4):
            self.mouse("mouseMoved", x0 + (x1 - x0) * i / 4, y, button="left", buttons=1, **keys)
        self.mouse("mouseReleased", x1, y, button="left", clickCount=1, **keys)
        self.frame()

    def tap(self, x, y):
        self.call("Emulation.setTouchEmulationEnabled", enabled=True)
        self.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}])
        self.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
        self.frame()
        self.call("Emulation.setTouchEmulationEnabled", enabled=False)

    def scripts(self, on):
        self.may_script = on
        self.call("Emulation.setScriptExecutionDisabled", value=not on)

    def roles(self):
        """What a screen reader is told: role and name of each thing."""
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        return [(n["role"]["value"], n.get("name", {}).get("value", "")) for n in nodes if not n.get("ignored")]

    def picture(self, path, whole=False):
        with open(path, "wb") as f:
            f.write(base64.b64decode(self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)["data"]))

    def paper(self, path):
        """The page printed, which it returns, too."""
        data = base64.b64decode(self.call("Page.printToPDF", printBackground=True, preferCSSPageSize=True)["data"])
        with open(path, "wb") as f:
            f.write(data)
        return data
