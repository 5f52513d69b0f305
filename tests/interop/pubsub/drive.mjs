// Drives clients made with centrifuge-js, in Node and in a page alike: it is told what to do, one thing at a time, and
// says what has come of it and what the clients hear.
//
// Payloads are JSON on this side of it; in Protobuf they are bytes, which hold that JSON.

const text = { encode: (value) => value, decode: (value) => value };
const bytes = {
  encode: (value) => (value === undefined ? undefined : new TextEncoder().encode(JSON.stringify(value))),
  decode: (value) => (value?.length ? JSON.parse(new TextDecoder().decode(value)) : undefined),
};

// The Protobuf build gives 64 bits as two halves.
const number = (value) => (typeof value === "object" ? (value.low >>> 0) + value.high * 2 ** 32 : value);
const position = (found) => found && { offset: number(found.offset), epoch: found.epoch };

// Tokens are given out one after the other; the last one again and again.
const givesInTurn = (tokens) => async () => (tokens.length > 1 ? tokens.shift() : tokens[0]);

function options(asked, form, environment) {
  return {
    ...environment,
    ...(asked.emulation ? { emulationEndpoint: asked.emulation } : {}),
    ...(asked.tokens ? { getToken: givesInTurn(asked.tokens) } : {}),
    ...(asked.data ? { data: form.encode(asked.data) } : {}),
    minReconnectDelay: 50,
    maxReconnectDelay: 300,
    maxServerPingDelay: 20000,
  };
}

const person = (info, form) =>
  info && { user: info.user, client: info.client, conn_info: form.decode(info.connInfo), chan_info: form.decode(info.chanInfo) };

const publication = (ctx, form) => ({
  data: form.decode(ctx.data),
  offset: number(ctx.offset),
  info: person(ctx.info, form),
  tags: ctx.tags,
});

const subscribed = (ctx, form) => ({
  recoverable: ctx.recoverable,
  positioned: ctx.positioned,
  position: position(ctx.streamPosition),
  was_recovering: ctx.wasRecovering,
  recovered: ctx.recovered,
  data: form.decode(ctx.data),
});

// builds: json and protobuf, each the class Centrifuge. environment: what the client is to use of its surroundings.
export function drive(builds, environment, say) {
  const running = new Map();

  function make(asked) {
    const form = asked.protobuf ? bytes : text;
    const Centrifuge = asked.protobuf ? builds.protobuf : builds.json;
    const endpoint = asked.transport === "websocket" ? asked.url : [{ transport: asked.transport, endpoint: asked.url }];
    const client = new Centrifuge(endpoint, options(asked, form, environment));
    const tell = (event, what = {}) => say({ client: asked.client, event, ...what });
    client.on("connecting", (ctx) => tell("connecting", { code: ctx.code }));
    client.on("connected", (ctx) => tell("connected", { id: ctx.client, data: form.decode(ctx.data) }));
    client.on("disconnected", (ctx) => tell("disconnected", { code: ctx.code, reason: ctx.reason }));
    client.on("error", (ctx) => tell("error", { code: ctx.error.code }));
    client.on("subscribed", (ctx) => tell("server_subscribed", { channel: ctx.channel, ...subscribed(ctx, form) }));
    client.on("unsubscribed", (ctx) => tell("server_unsubscribed", { channel: ctx.channel }));
    client.on("publication", (ctx) => tell("server_publication", { channel: ctx.channel, ...publication(ctx, form) }));
    client.on("join", (ctx) => tell("server_join", { channel: ctx.channel, info: person(ctx.info, form) }));
    client.on("leave", (ctx) => tell("server_leave", { channel: ctx.channel, info: person(ctx.info, form) }));
    running.set(asked.client, { client, form, tell });
  }

  function subscribe(asked) {
    const { client, form, tell } = running.get(asked.client);
    const { channel } = asked;
    const subscription = client.newSubscription(channel, {
      ...(asked.tokens ? { getToken: givesInTurn(asked.tokens) } : {}),
      ...asked.options,
      minResubscribeDelay: 50,
      maxResubscribeDelay: 300,
    });
    subscription.on("subscribed", (ctx) => tell("subscribed", { channel, ...subscribed(ctx, form) }));
    subscription.on("subscribing", (ctx) => tell("subscribing", { channel, code: ctx.code }));
    subscription.on("unsubscribed", (ctx) => tell("unsubscribed", { channel, code: ctx.code }));
    subscription.on("error", (ctx) => tell("subscription_error", { channel, code: ctx.error.code }));
    subscription.on("publication", (ctx) => tell("publication", { channel, ...publication(ctx, form) }));
    subscription.on("join", (ctx) => tell("join", { channel, info: person(ctx.info, form) }));
    subscription.on("leave", (ctx) => tell("leave", { channel, info: person(ctx.info, form) }));
    subscription.subscribe();
  }

  const does = {
    make,
    subscribe,
    connect: (asked) => running.get(asked.client).client.connect(),
    disconnect: (asked) => running.get(asked.client).client.disconnect(),
    unsubscribe: (asked) => running.get(asked.client).client.getSubscription(asked.channel).unsubscribe(),
    resubscribe: (asked) => running.get(asked.client).client.getSubscription(asked.channel).subscribe(),
    async publish(asked) {
      const { client, form } = running.get(asked.client);
      await client.publish(asked.channel, form.encode(asked.data));
    },
    // All of them before anything is waited for, and so in as few frames as the client can make of them.
    async publish_all(asked) {
      const { client, form } = running.get(asked.client);
      client.startBatching();
      const sent = asked.payloads.map((data) => client.publish(asked.channel, form.encode(data)));
      client.stopBatching();
      await Promise.all(sent);
    },
    async history(asked) {
      const { client, form } = running.get(asked.client);
      const { limit, since, reverse } = asked;
      const result = await client.history(asked.channel, { limit, since, reverse });
      return {
        publications: result.publications.map((one) => publication(one, form)),
        ...position(result),
      };
    },
    async presence(asked) {
      const { client, form } = running.get(asked.client);
      const { clients } = await client.presence(asked.channel);
      return Object.fromEntries(Object.entries(clients).map(([id, info]) => [id, person(info, form)]));
    },
    async presence_stats(asked) {
      const result = await running.get(asked.client).client.presenceStats(asked.channel);
      return { clients: result.numClients, users: result.numUsers };
    },
    async rpc(asked) {
      const { client, form } = running.get(asked.client);
      return (await client.rpc(asked.method, form.encode(asked.data))).data;
    },
    forget(asked) {
      running.get(asked.client).client.disconnect();
      running.delete(asked.client);
    },
  };

  return async function perform(asked) {
    try {
      say({ done: asked.n, result: (await does[asked.do](asked)) ?? null });
    } catch (error) {
      say({ done: asked.n, code: error.code ?? -1, message: String(error.message) });
    }
  };
}
