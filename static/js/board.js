// The screen in the hall: the time, and the calls spoken one after the other. A call is confirmed once it was spoken.
(() => {
  "use strict";

  const board = document.querySelector("[data-board]");
  const LONGEST = 20000; // after that a voice that says nothing is given up
  const seen = new Set(); // calls that were taken on, by key
  const line = []; // ... and wait to be spoken
  let started = false;
  let speaking = false;

  // --- The time -------------------------------------------------------------------------------------------------------

  const clock = document.querySelector("[data-clock]");
  const format = new Intl.DateTimeFormat("zh-CN", {
    month: "long", day: "numeric", weekday: "long", hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai",
  });
  const tick = () => (clock.textContent = format.format(new Date()));
  tick();
  setInterval(tick, 1000);

  // --- The voice ------------------------------------------------------------------------------------------------------

  const speech = window.speechSynthesis;
  const chinese = () => speech && speech.getVoices().find((voice) => /^(zh|cmn)/i.test(voice.lang));

  function say(text) {
    if (!chinese()) return Promise.resolve(false); // another tongue would make noise of it, and nobody would have heard
    return new Promise((resolve) => {
      const utterance = new SpeechSynthesisUtterance(text);
      utterance.lang = "zh-CN";
      utterance.rate = 0.9;
      const voice = chinese();
      if (voice) utterance.voice = voice;
      const giveUp = setTimeout(() => {
        speech.cancel();
        resolve(false);
      }, LONGEST);
      const end = (spoken) => () => {
        clearTimeout(giveUp);
        resolve(spoken);
      };
      utterance.addEventListener("end", end(true));
      utterance.addEventListener("error", end(false));
      speech.speak(utterance);
    });
  }

  // A call that was spoken is confirmed until the server has heard of it: the connection may be gone just now.
  const unconfirmed = new Set();

  async function confirm(address) {
    const headers = { ...JSON.parse(document.body.getAttribute("hx-headers")), "X-Background": "1" };
    const answer = await fetch(address, { method: "POST", headers, credentials: "same-origin" }).catch(() => null);
    if (answer && answer.status < 500) unconfirmed.delete(address);
    else unconfirmed.add(address);
  }

  async function speakOn() {
    if (speaking || !started) return;
    speaking = true;
    while (line.length) {
      const call = line.shift();
      if (await say(`${call.text}。${call.text}。`)) await confirm(call.heard);
      else seen.delete(call.key); // the next look at the screen tries again, while the call is fresh
    }
    speaking = false;
  }

  function takeOn() {
    for (const item of document.querySelectorAll("[data-to-speak] [data-call]")) {
      if (seen.has(item.dataset.call)) continue;
      seen.add(item.dataset.call);
      line.push({ key: item.dataset.call, text: item.textContent.trim(), heard: item.dataset.heard });
    }
    speakOn();
  }

  // Browsers speak only after somebody has pressed something on the page, unless they were started to need no press.
  const start = document.querySelector("[data-start]");

  function begin() {
    started = true;
    start.hidden = true;
    board.dataset.started = "";
    const warning = document.querySelector("[data-voice]");
    if (!speech) {
      warning.hidden = false;
      return;
    }
    warning.hidden = Boolean(chinese());
    speech.addEventListener?.("voiceschanged", () => {
      warning.hidden = Boolean(chinese());
      takeOn();
    });
    takeOn();
  }

  function tryAlone() {
    if (!speech) return begin();
    const silence = new SpeechSynthesisUtterance(" ");
    silence.volume = 0;
    silence.addEventListener("error", () => !started && (start.hidden = false));
    silence.addEventListener("end", () => !started && begin());
    speech.speak(silence);
  }

  start.querySelector("button").addEventListener("click", begin);
  start.hidden = Boolean(navigator.userActivation?.hasBeenActive);
  if (start.hidden) begin();
  else tryAlone();
  document.addEventListener("htmx:load", () => started && speech && takeOn());

  // --- The connection ---------------------------------------------------------------------------------------------------

  const offline = document.querySelector("[data-cut-off]");
  const AGAIN = 5000;
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"])
    document.addEventListener(name, () => (offline.hidden = false));
  document.addEventListener("htmx:afterOnLoad", () => (offline.hidden = true));
  window.addEventListener("offline", () => (offline.hidden = false));
  setInterval(() => {
    for (const address of unconfirmed) confirm(address);
    if (!offline.hidden) htmx.trigger("#screen", "again");
  }, AGAIN);
})();
