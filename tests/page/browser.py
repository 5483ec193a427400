# SPDX-License-Identifier: Apache-2.0
"""A Chromium of its own, driven over WebDriver (www.w3.org/TR/webdriver2) with what Python brings along.

with Browser(directory) as browser:
    browser.open(path)          a file; waits until it has loaded
    browser.run("return 1")     JavaScript; its value
    browser.click("css")        as a pointer does
    browser.press("css", key)   into what has the focus then
    browser.console()           what was said there since the last call

The profile is in DIRECTORY, the port is one that chromedriver finds free, and both programs are gone at the end.
"""
import base64, json, os, pathlib, re, signal, subprocess, urllib.error, urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class Browser:
    def __init__(self, directory, width=1280, height=900):
        self.directory = pathlib.Path(directory).absolute()
        self.size = "--window-size=%d,%d" % (width, height)

    def __enter__(self):
        self.directory.mkdir(parents=True, exist_ok=True)
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0", "--allowed-ips="], env=dict(os.environ, HOME=str(self.directory)),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def start(self):
        self.base = None
        for line in self.driver.stdout:
            started = re.search(r"started successfully on port (\d+)", line)
            if started:
                self.base = "http://127.0.0.1:%s/session" % started.group(1)
                break
        assert self.base, "chromedriver does not start"
        arguments = ["--headless", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
                     "--force-device-scale-factor=1", "--user-data-dir=%s/profile" % self.directory, self.size]
        if os.geteuid() == 0:
            arguments.append("--no-sandbox")
        session = self.call("POST", "", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"browser": "ALL"}}}})
        self.base += "/" + session["sessionId"]

    def __exit__(self, *_):
        try:
            if self.base and self.base.count("/") > 3:
                self.call("DELETE", "")
        except OSError:
            pass
        os.killpg(self.driver.pid, signal.SIGKILL)
        self.driver.stdout.close()
        self.driver.wait()

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"}, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=90) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(json.load(error)["value"]["message"]) from None

    def open(self, path):
        self.call("POST", "/url", {"url": pathlib.Path(path).absolute().as_uri()})

    def run(self, script, *arguments):
        return self.call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def find(self, css):
        return self.call("POST", "/element", {"using": "css selector", "value": css})[ELEMENT]

    def click(self, css):
        self.call("POST", "/element/%s/click" % self.find(css), {})

    def press(self, css, key):
        self.run("arguments[0].focus()", {ELEMENT: self.find(css)})
        self.call("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": [
            {"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]}]})

    def type(self, css, text):
        self.call("POST", "/element/%s/value" % self.find(css), {"text": text})

    def clear(self, css):
        self.call("POST", "/element/%s/clear" % self.find(css), {})

    def scheme(self, name):
        self.call("POST", "/goog/cdp/execute", {"cmd": "Emulation.setEmulatedMedia", "params": {
            "features": [{"name": "prefers-color-scheme", "value": name}]}})

    def scripts(self, enabled):
        self.call("POST", "/goog/cdp/execute", {"cmd": "Emulation.setScriptExecutionDisabled",
                                               "params": {"value": not enabled}})

    def console(self):
        return ["%s: %s" % (entry["level"], entry["message"])
                for entry in self.call("POST", "/se/log", {"type": "browser"})]

    def picture(self, path):
        pathlib.Path(path).write_bytes(base64.b64decode(self.call("GET", "/screenshot")))
