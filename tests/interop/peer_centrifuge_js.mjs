// A consumer on centrifuge-js in Node, as its own users would write it. Run by the tests where the peer is installed.
//
// Takes one JSON object on the command line and prints what happens as JSON lines, until its input ends.

import { createRequire } from "node:module";

const require = createRequire(process.env.PEER_FOLDER + "/");
const { Centrifuge } = require("centrifuge");
const WebSocket = require("ws");

const asked = JSON.parse(process.argv[2]);
const say = (what) => process.stdout.write(JSON.stringify(what) + "\n");

async function call(path) {
  const answer = await fetch(asked.url + path, { headers: { Authorization: `Bearer ${asked.access_token}` } });
  return (await answer.json()).data;
}

const client = new Centrifuge(asked.ws_url, {
  websocket: WebSocket,
  ...(asked.token ? { token: asked.token } : {}),
  getToken: async () => asked.token ?? (await call("/v1/websocket/token")).token,
});
client.on("connected", () => say({ event: "connected" }));
client.on("disconnected", (ctx) => say({ event: "disconnected", code: ctx.code }));
client.on("error", (ctx) => say({ event: "error", server_code: ctx.error.code }));
client.connect();

for (const wanted of asked.channels) {
  const { channel } = wanted;
  let token = wanted.token;
  if (wanted.fetch) {
    const granted = await call(`/v1/websocket/subscription_token?channels=${encodeURIComponent(channel)}`);
    token = granted.channel_tokens.find((one) => one.channel === channel)?.token;
    say({ event: "token", channel, granted: Boolean(token) });
  }
  const subscription = client.newSubscription(channel, token ? { token } : {});
  subscription.on("subscribed", () => say({ event: "subscribed", channel }));
  subscription.on("unsubscribed", (ctx) => say({ event: "unsubscribed", channel, code: ctx.code }));
  subscription.on("publication", (ctx) => say({ event: "publication", channel, data: ctx.data }));
  subscription.subscribe();
}

process.stdin.on("end", () => {
  client.disconnect();
  process.exit(0);
});
process.stdin.resume();
