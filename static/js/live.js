// Screens that follow what happens. The server says which topics changed and in which version; an element with
// data-live="topic …" is asked for again (htmx event "live") when a topic of it is newer than what it shows.
//
// One stream a browser: the tab that holds the Web Lock leads, keeps the stream open and passes messages on; when it
// goes, another takes over where it stopped. Every tab also polls the versions once a minute, more often when there
// is no stream, and asks for everything again every five minutes. The server says over how many ms those who listen
// should ask again: many screens of one topic would otherwise keep those who work waiting. Where the server itself
// hears of nothing ("alone"), the page says so and asks for everything once a minute.
(() => {
  "use strict";

  const JITTER = 400; // ms, where no stream says better
  const RESET_JITTER = 3000; // ... when all elements of all screens are asked for at once, at least
  const POLL = 60000;
  const POLL_ALONE = 15000; // without a stream
  const HEAL_EVERY = 5; // polls
  const HEAL_BLIND = POLL / POLL_ALONE; // polls, where nobody can say what changed
  const BACKOFF = [1000, 30000];
  const MAX_TOKENS = 40; // of one stream, as the server has it

  const { liveStream, liveVersions } = document.body.dataset;
  const shared = Boolean(window.EventSource && window.BroadcastChannel && navigator.locks && liveStream);
  const channel = shared ? new BroadcastChannel("live") : null;
  const known = new Map(); // topic → version this tab has asked for
  const waiting = new Set(); // elements whose request is on its way
  const rested = new WeakMap(); // element → when it may be asked for again, where changes come one after the other
  let streaming = false;

  // --- What this page may hear ----------------------------------------------------------------------------------------

  function grants() {
    const found = []; // [token, topics, version at the time of the page]
    for (const span of document.querySelectorAll("[data-live-grant]")) {
      const topics = span.dataset.liveTopics.split(" ").filter(Boolean);
      found.push([span.dataset.liveGrant, topics, span.dataset.liveSince]);
      for (const topic of topics) if (!known.has(topic)) known.set(topic, span.dataset.liveSince);
    }
    return found;
  }

  // Versions are the ids of a stream: "milliseconds-sequence".
  function newer(a, b) {
    const [a1, a2] = a.split("-").map(Number);
    const [b1, b2] = (b || "0-0").split("-").map(Number);
    return a1 !== b1 ? a1 > b1 : a2 > b2;
  }

  // --- Asking again ---------------------------------------------------------------------------------------------------

  // An element may say itself how long it rests: one that hears of a whole area would never come to rest otherwise.
  function refetch(element, spread) {
    if (waiting.has(element)) return;
    waiting.add(element);
    const pause = Math.max(spread, Number(element.dataset.liveRest) || 0);
    const rest = Math.max(0, (rested.get(element) || 0) - Date.now());
    setTimeout(() => {
      waiting.delete(element);
      if (!element.isConnected) return;
      if (element.classList.contains("htmx-request")) {
        refetch(element, JITTER); // somebody asked for it just now: not into what they are waiting for, but after it
        return;
      }
      rested.set(element, Date.now() + pause);
      htmx.trigger(element, "live");
    }, Math.min(rest, pause) + Math.random() * spread);
  }

  const listeners = () => Array.from(document.querySelectorAll("[data-live]"));

  function changed(versions, spread = JITTER) {
    const fresh = Object.keys(versions).filter((topic) => newer(versions[topic], known.get(topic)));
    for (const topic of fresh) known.set(topic, versions[topic]);
    if (!fresh.length) return;
    for (const element of listeners()) {
      const topics = element.dataset.live.split(" ");
      if (fresh.some((topic) => topics.includes(topic))) refetch(element, spread);
    }
  }

  function reset(spread = 0) {
    for (const element of listeners()) refetch(element, Math.max(RESET_JITTER, spread));
  }

  // --- The poll -------------------------------------------------------------------------------------------------------

  let etag = "";
  let polls = 0;
  let blind = false; // the server cannot say either what changed
  let pollTimer = 0;

  async function poll() {
    const tokens = grants().map(([token]) => token);
    if (!tokens.length || !liveVersions || document.hidden) return;
    polls += 1;
    if (polls % (blind ? HEAL_BLIND : HEAL_EVERY) === 0) reset();
    const headers = { "X-Background": "1" };
    if (etag) headers["If-None-Match"] = etag;
    try {
      const response = await fetch(`${liveVersions}?${query(tokens)}`, { headers, cache: "no-store", credentials: "same-origin" });
      blind = response.status === 503;
      if (response.status !== 200) return;
      etag = response.headers.get("ETag") || "";
      changed((await response.json()).versions);
    } catch (error) {
      // No network: the next poll tries again.
    }
  }

  function schedulePoll() {
    clearTimeout(pollTimer);
    const pause = streaming ? POLL : POLL_ALONE;
    pollTimer = setTimeout(() => poll().finally(schedulePoll), pause * (0.8 + Math.random() * 0.4));
  }

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) poll();
  });

  function setStreaming(state) {
    if (state !== streaming) {
      streaming = state;
      schedulePoll();
    }
    const sign = document.querySelector(".live-state");
    if (sign) sign.hidden = streaming || !document.querySelector("[data-live-grant]");
  }

  const query = (tokens) => tokens.map((token) => `token=${encodeURIComponent(token)}`).join("&");

  // --- The stream, held by one tab --------------------------------------------------------------------------------------

  function lead() {
    const wanted = new Map(); // topic → token, of all tabs
    let source = null;
    let covered = new Set();
    let lastId = lastHeard;
    let failures = 0;
    let retry = 0;
    let asked = false;
    let hearing = false;

    function want(entries) {
      for (const [token, topics, since] of entries) {
        for (const topic of topics) wanted.set(topic, token);
        if (topics.every((topic) => covered.has(topic))) continue;
        if (!lastId || newer(lastId, since)) lastId = since; // the new page may be older than what the stream told last
        open();
      }
    }

    function open() {
      clearTimeout(retry);
      retry = setTimeout(connect, 50); // several tabs ask at once
    }

    function connect() {
      if (source) source.close();
      covered = new Set(wanted.keys());
      const tokens = Array.from(new Set(wanted.values()));
      if (!tokens.length) return;
      if (tokens.length > MAX_TOKENS && !asked) {
        asked = true;
        askAgain();
        open();
        return;
      }
      asked = false;
      source = new EventSource(`${liveStream}?${query(tokens.slice(-MAX_TOKENS))}&since=${lastId}`);
      source.addEventListener("open", () => {
        failures = 0;
        hears(true);
      });
      source.addEventListener("alone", () => hears(false));
      source.addEventListener("changed", (event) => {
        lastId = event.lastEventId || lastId;
        tell({ kind: "changed", ...JSON.parse(event.data), lastId });
      });
      source.addEventListener("reset", (event) => {
        hears(true);
        lastId = event.lastEventId || lastId;
        tell({ kind: "reset", ...JSON.parse(event.data), lastId });
      });
      source.addEventListener("error", again);
    }

    // The browser's own retry has no spread and gives up on refusals, so every error begins anew, ever more slowly.
    function again() {
      source.close();
      failures += 1;
      hears(false);
      if (failures > 2) askAgain(); // tokens may have run out
      const pause = Math.min(BACKOFF[0] * 2 ** (failures - 1), BACKOFF[1]);
      clearTimeout(retry);
      retry = setTimeout(connect, pause * (0.5 + Math.random()));
    }

    // Forget the tabs that went; those that are here say what they want.
    function askAgain() {
      wanted.clear();
      tell({ kind: "who" });
    }

    function hears(state) {
      hearing = state;
      tell({ kind: "state", streaming: hearing });
    }

    function tell(message) {
      hear(message);
      channel.postMessage(message);
    }

    return {
      want,
      answer: () => tell({ kind: "state", streaming: hearing }),
      ask: () => tell({ kind: "who" }),
    };
  }

  let leader = null;
  let lastHeard = "";

  function hear(message) {
    if (message.lastId) lastHeard = message.lastId;
    if (message.kind === "changed") changed(message.versions, message.spread);
    else if (message.kind === "reset") reset(message.spread);
    else if (message.kind === "state") setStreaming(message.streaming);
    else if (message.kind === "who") apply();
    else if (message.kind === "want" && leader) {
      leader.want(message.grants);
      leader.answer();
    }
  }

  function apply() {
    const mine = grants();
    if (!mine.length) return;
    if (leader) leader.want(mine);
    else channel.postMessage({ kind: "want", grants: mine });
  }

  // --- Begin ------------------------------------------------------------------------------------------------------------

  grants();
  schedulePoll();
  document.addEventListener("htmx:load", () => {
    const before = known.size;
    grants();
    if (known.size > before && shared) apply();
  });

  if (!shared) {
    setStreaming(false);
    return;
  }
  channel.addEventListener("message", (event) => hear(event.data));
  apply();
  if (!document.querySelector("[data-live-grant]")) return;
  navigator.locks.request("live", () => {
    leader = lead();
    leader.ask();
    apply();
    return new Promise(() => {}); // held until this tab goes
  });
})();
