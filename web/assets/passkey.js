const isAddress = /^[0-9.]+$|^\[/.test(location.hostname);
const can = !isAddress && window.PublicKeyCredential !== undefined && "parseCreationOptionsFromJSON" in PublicKeyCredential;
async function sent(to, body) {
    const answer = await fetch(to, { method: "POST", body });
    if (answer.ok)
        return answer;
    const problem = (await answer.json());
    throw new Error(problem.title);
}
async function make(form) {
    const password = new FormData(form).get("password");
    const asked = await sent("/access/passkeys/ask", new URLSearchParams({ password: String(password) }));
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(await asked.json());
    const made = (await navigator.credentials.create({ publicKey }));
    await sent("/access/passkeys", JSON.stringify(made.toJSON()));
    location.assign("/access");
}
async function use() {
    const asked = await sent("/login/passkey/ask", "");
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await asked.json());
    const proof = (await navigator.credentials.get({ publicKey }));
    await sent("/login/passkey", JSON.stringify(proof.toJSON()));
    location.assign("/");
}
function on(part, event, act) {
    const refusal = part.querySelector(".refusal");
    part.hidden = false;
    part.addEventListener(event, (happened) => {
        happened.preventDefault();
        if (refusal !== null)
            refusal.hidden = true;
        act().catch((failed) => {
            if (refusal === null)
                return;
            refusal.textContent = (failed.name === "NotAllowedError" ? refusal.dataset["none"] : undefined) ?? failed.message;
            refusal.hidden = false;
        });
    });
}
for (const part of can ? document.querySelectorAll("[data-passkey]") : []) {
    if (part instanceof HTMLFormElement)
        on(part, "submit", () => make(part));
    else
        on(part, "click", use);
}
