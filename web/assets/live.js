const started = document.body.dataset["now"];
const ahead = started === undefined ? 0 : Date.now() - Date.parse(started);
const days = document.documentElement.lang === "de" ? "Tage" : "days";
const SECOND = 1000;
const MANY = 16;
const PATIENCE = 1100;
const two = (n) => String(n).padStart(2, "0");
function clock(s) {
    const hours = Math.floor(s / 3600), minutes = Math.floor(s / 60) % 60;
    return hours === 0 ? `${minutes}:${two(s % 60)}` : `${hours}:${two(minutes)}:${two(s % 60)}`;
}
function lasting(s) {
    if (s < 60)
        return `${s} s`;
    if (s < 3600)
        return `${Math.floor(s / 60)} min`;
    if (s < 172800)
        return `${Math.floor(s / 3600)} h`;
    return `${Math.floor(s / 86400)} ${days}`;
}
const began = new WeakMap();
let next = 0;
function tick(pause) {
    clearTimeout(next);
    next = setTimeout(tick, pause, SECOND);
    const now = Date.now() - ahead;
    for (const time of document.querySelectorAll("time[data-form=clock], time[data-form=lasting]")) {
        const since = began.get(time) ?? Date.parse(time.dateTime);
        began.set(time, since);
        const seconds = Math.max(0, Math.floor((now - since) / 1000));
        const text = time.dataset["form"] === "clock" ? clock(seconds) : lasting(seconds);
        const letters = time.firstChild;
        if (letters instanceof Text && letters.data !== text)
            letters.data = text;
    }
}
const PLACES = "a, audio, button, input, select, summary, textarea";
function replace(shown, part) {
    const at = document.activeElement;
    const place = at !== null && shown.contains(at) ? Array.from(shown.querySelectorAll(PLACES)).indexOf(at) : -1;
    shown.replaceWith(part);
    if (place >= 0)
        part.querySelectorAll(PLACES)[place]?.focus({ preventScroll: true });
}
function later(each) {
    for (const end of ["pointerup", "pointercancel", "keyup"]) {
        document.addEventListener(end, () => setTimeout(swap, 0, each), { once: true });
    }
}
function swap(each) {
    for (const id of each.dataset["gone"]?.split(" ") ?? [])
        document.getElementById(id)?.remove();
    const table = document.getElementById(each.dataset["into"] ?? "");
    for (const part of Array.from(each.content.children)) {
        const shown = document.getElementById(part.id);
        const plays = Array.from(shown?.querySelectorAll("audio") ?? []).some((one) => !one.paused && !one.ended);
        if (plays)
            continue;
        if (shown?.matches(":active") === true)
            later(each);
        else if (shown?.tagName === part.tagName)
            replace(shown, part);
        else if (shown === null)
            table?.append(part);
    }
}
function watch(lost) {
    const own = document.getElementById("messages") !== null;
    const events = new EventSource(own ? "/me/events" : "/events");
    events.addEventListener("parts", (event) => {
        const parts = document.createElement("template");
        parts.innerHTML = event.data;
        const all = parts.content.querySelectorAll("template");
        all.forEach(swap);
        if (all.length > MANY)
            tick(PATIENCE);
        lost.hidden = true;
    });
    events.addEventListener("error", () => {
        lost.hidden = false;
        if (events.readyState === EventSource.CLOSED)
            location.reload();
    });
}
function search(event) {
    const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
    const field = document.getElementById("find");
    if (event.key !== "/" || typing || field === null)
        return;
    event.preventDefault();
    field.focus();
}
function listened(event) {
    const id = event.target instanceof HTMLAudioElement ? event.target.dataset["unheard"] : undefined;
    if (id === undefined)
        return;
    void fetch("/me/messages/heard", { method: "POST", body: new URLSearchParams({ id }), redirect: "manual" });
}
const lost = document.getElementById("lost");
if (lost !== null)
    watch(lost);
document.addEventListener("keydown", search);
document.addEventListener("ended", listened, true);
tick(SECOND);
