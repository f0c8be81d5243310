// Keeps an open page true to the house: swaps in the parts that the box sends, and counts the seconds on.

const started = document.body.dataset["now"];
/** How far this machine's clock is ahead of the box's, in milliseconds. */
const ahead = started === undefined ? 0 : Date.now() - Date.parse(started);
const days = document.documentElement.lang === "de" ? "Tage" : "days";

/** How often the seconds are counted on, in milliseconds. */
const SECOND = 1000;
/** After a message with more parts than this they are counted in the same breath, so that the page is laid out once for both. */
const MANY = 16;
/** How long the next count waits for the next message then, which comes a second after; in milliseconds. */
const PATIENCE = 1100;

const two = (n: number): string => String(n).padStart(2, "0");

function clock(s: number): string {
  const hours = Math.floor(s / 3600), minutes = Math.floor(s / 60) % 60;
  return hours === 0 ? `${minutes}:${two(s % 60)}` : `${hours}:${two(minutes)}:${two(s % 60)}`;
}

function lasting(s: number): string {
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  if (s < 172800) return `${Math.floor(s / 3600)} h`;
  return `${Math.floor(s / 86400)} ${days}`;
}

/** When each time that is shown began: read once, not every second. */
const began = new WeakMap<HTMLTimeElement, number>();
let next = 0;

/** Counts every shown time on; the next time after so many milliseconds. */
function tick(pause: number): void {
  clearTimeout(next);
  next = setTimeout(tick, pause, SECOND);
  const now = Date.now() - ahead;
  for (const time of document.querySelectorAll<HTMLTimeElement>("time[data-form=clock], time[data-form=lasting]")) {
    const since = began.get(time) ?? Date.parse(time.dateTime);
    began.set(time, since);
    const seconds = Math.max(0, Math.floor((now - since) / 1000));
    const text = time.dataset["form"] === "clock" ? clock(seconds) : lasting(seconds);
    // The letters alone: another node would be laid out from the beginning.
    const letters = time.firstChild;
    if (letters instanceof Text && letters.data !== text) letters.data = text;
  }
}

/** What somebody may be at. */
const PLACES = "a, audio, button, input, select, summary, textarea";

/** Puts a part where another one was. Whoever was at one of its buttons is at the same one again. */
function replace(shown: Element, part: Element): void {
  const at = document.activeElement;
  const place = at !== null && shown.contains(at) ? Array.from(shown.querySelectorAll(PLACES)).indexOf(at) : -1;
  shown.replaceWith(part);
  if (place >= 0) part.querySelectorAll<HTMLElement>(PLACES)[place]?.focus({ preventScroll: true });
}

/** Brings what is left of it once the button or key is let go: a click on something that is not there any more would be lost. */
function later(each: HTMLTemplateElement): void {
  for (const end of ["pointerup", "pointercancel", "keyup"]) {
    document.addEventListener(end, () => setTimeout(swap, 0, each), { once: true });
  }
}

/** Rows that are over go, a part that is shown is replaced, and a row that is new stands at the end of its table. */
function swap(each: HTMLTemplateElement): void {
  for (const id of each.dataset["gone"]?.split(" ") ?? []) document.getElementById(id)?.remove();
  const table = document.getElementById(each.dataset["into"] ?? "");
  for (const part of Array.from(each.content.children)) {
    const shown = document.getElementById(part.id);
    // The field of a form may be called like a part.
    // Nobody is interrupted who listens to a part of it; what changed meanwhile comes with the end of that.
    const plays = Array.from(shown?.querySelectorAll("audio") ?? []).some((one) => !one.paused && !one.ended);
    if (plays) continue;
    if (shown?.matches(":active") === true) later(each);
    else if (shown?.tagName === part.tagName) replace(shown, part);
    else if (shown === null) table?.append(part);
  }
}

function watch(lost: HTMLElement): void {
  const own = document.getElementById("messages") !== null;
  const events = new EventSource(own ? "/me/events" : "/events");
  events.addEventListener("parts", (event: MessageEvent<string>) => {
    const parts = document.createElement("template");
    parts.innerHTML = event.data; // escaped by the box
    // Each in a template of its own: a row of a table beside anything else would be no row.
    const all = parts.content.querySelectorAll("template");
    all.forEach(swap);
    if (all.length > MANY) tick(PATIENCE);
    lost.hidden = true;
  });
  events.addEventListener("error", () => {
    lost.hidden = false;
    // Refused for good: the session is over, and the reloaded page asks to sign in.
    if (events.readyState === EventSource.CLOSED) location.reload();
  });
}

/** `/` leads to the search, as long as nobody is typing. */
function search(event: KeyboardEvent): void {
  const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
  const field = document.getElementById("find");
  if (event.key !== "/" || typing || field === null) return;
  event.preventDefault();
  field.focus();
}

/** A message that was played to its end has been heard. */
function listened(event: Event): void {
  const id = event.target instanceof HTMLAudioElement ? event.target.dataset["unheard"] : undefined;
  if (id === undefined) return;
  void fetch("/me/messages/heard", { method: "POST", body: new URLSearchParams({ id }), redirect: "manual" });
}

const lost = document.getElementById("lost");
if (lost !== null) watch(lost);
document.addEventListener("keydown", search);
document.addEventListener("ended", listened, true);
tick(SECOND);
