// Asks the official parser whether standard input is an AsyncAPI document: prints what it found wrong, as JSON.

import { createRequire } from "node:module";

const require = createRequire(process.env.PEER_FOLDER + "/");
const { Parser } = require("@asyncapi/parser");

let text = "";
for await (const chunk of process.stdin) text += chunk;

const { document, diagnostics } = await new Parser().parse(text);
const found = diagnostics.map(({ severity, code, message, path }) => ({ severity, code, message, path }));
const messages = (document?.operations().all() ?? []).map((each) => [each.id(), each.messages().all().map((m) => m.id())]);
process.stdout.write(JSON.stringify({ version: document?.version(), found, operations: Object.fromEntries(messages) }));
