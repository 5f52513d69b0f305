// centrifuge-js in a page of headless Chromium, driven by the tests: JSON lines in, JSON lines out, until its input ends.
//
// Arguments: the browser, the address of the page, a folder for its profile. What the page is told and what it says goes
// through the browser's own debugging pipe (file descriptors 3 and 4, messages end with a zero byte).

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const [browserPath, address, profile] = process.argv.slice(2);
const browser = spawn(
  browserPath,
  [
    "--headless",
    // Containers run as root, where Chromium has no sandbox; it loads one page, which is ours.
    "--no-sandbox",
    // Memory that is shared is scarce there.
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--no-proxy-server",
    "--remote-debugging-pipe",
    `--user-data-dir=${profile}`,
    "about:blank",
  ],
  { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] },
);
const [, , , into, from] = browser.stdio;

let asked = 0;
const waiting = new Map();
function call(method, params = {}, sessionId = undefined) {
  asked += 1;
  into.write(JSON.stringify({ id: asked, method, params, sessionId }) + "\0");
  return new Promise((resolve, reject) => waiting.set(asked, { resolve, reject }));
}

function take(message) {
  if (message.method === "Runtime.bindingCalled") {
    process.stdout.write(message.params.payload + "\n");
  } else if (waiting.has(message.id)) {
    const { resolve, reject } = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error) reject(new Error(message.error.message));
    else resolve(message.result);
  }
}

let unread = Buffer.alloc(0);
from.on("data", (chunk) => {
  unread = Buffer.concat([unread, chunk]);
  for (let end = unread.indexOf(0); end >= 0; end = unread.indexOf(0)) {
    take(JSON.parse(unread.subarray(0, end).toString()));
    unread = unread.subarray(end + 1);
  }
});

const { targetId } = await call("Target.createTarget", { url: "about:blank" });
const { sessionId } = await call("Target.attachToTarget", { targetId, flatten: true });
await call("Runtime.enable", {}, sessionId);
await call("Runtime.addBinding", { name: "say" }, sessionId);
await call("Page.navigate", { url: address }, sessionId);

const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => void call("Runtime.evaluate", { expression: `perform(${line})` }, sessionId));
lines.on("close", () => {
  browser.on("exit", () => process.exit(0));
  void call("Browser.close");
});
