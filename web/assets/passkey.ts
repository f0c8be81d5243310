// Makes passkeys and signs in with them. Without this file, and where the browser cannot, nothing of it is shown.

const isAddress = /^[0-9.]+$|^\[/.test(location.hostname);
const can = !isAddress && window.PublicKeyCredential !== undefined && "parseCreationOptionsFromJSON" in PublicKeyCredential;

async function sent(to: string, body: URLSearchParams | string): Promise<Response> {
  const answer = await fetch(to, { method: "POST", body });
  if (answer.ok) return answer;
  const problem = (await answer.json()) as { title: string };
  throw new Error(problem.title);
}

async function make(form: HTMLFormElement): Promise<void> {
  const password = new FormData(form).get("password");
  const asked = await sent("/access/passkeys/ask", new URLSearchParams({ password: String(password) }));
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(await asked.json());
  const made = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
  await sent("/access/passkeys", JSON.stringify(made.toJSON()));
  location.assign("/access");
}

async function use(): Promise<void> {
  const asked = await sent("/login/passkey/ask", "");
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await asked.json());
  const proof = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential;
  await sent("/login/passkey", JSON.stringify(proof.toJSON()));
  location.assign("/");
}

/** Runs on a click, and says why when it does not work out. */
function on(part: HTMLElement, event: string, act: () => Promise<void>): void {
  const refusal = part.querySelector<HTMLElement>(".refusal");
  part.hidden = false;
  part.addEventListener(event, (happened) => {
    happened.preventDefault();
    if (refusal !== null) refusal.hidden = true;
    act().catch((failed: Error) => {
      if (refusal === null) return;
      // The browser says no more than that: the person thought better of it, or it does not trust the certificate.
      refusal.textContent = (failed.name === "NotAllowedError" ? refusal.dataset["none"] : undefined) ?? failed.message;
      refusal.hidden = false;
    });
  });
}

for (const part of can ? document.querySelectorAll<HTMLElement>("[data-passkey]") : []) {
  if (part instanceof HTMLFormElement) on(part, "submit", () => make(part));
  else on(part, "click", use);
}
