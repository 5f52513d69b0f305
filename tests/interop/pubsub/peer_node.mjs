// centrifuge-js in Node, driven by the tests: JSON lines in, JSON lines out, until its input ends.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { drive } from "./drive.mjs";

const require = createRequire(process.env.PEER_FOLDER + "/");
const perform = drive(
  { json: require("centrifuge").Centrifuge, protobuf: require("centrifuge/build/protobuf").Centrifuge },
  { websocket: require("ws"), eventsource: require("eventsource").EventSource, fetch, readableStream: ReadableStream },
  (what) => process.stdout.write(JSON.stringify(what) + "\n"),
);

const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => void perform(JSON.parse(line)));
lines.on("close", () => process.exit(0));

// What centrifuge-js says by a request of its own beside a stream fails when a test cuts the network, and it catches no
// such failure: a browser notes it in its console, Node would end.
process.on("unhandledRejection", (reason) => {
  if (reason instanceof TypeError && reason.message === "fetch failed") return;
  throw reason;
});
