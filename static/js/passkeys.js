/* Passkeys. A form with data-passkey="sign-in", "show" or "make" gets the browser's answer in its
   field "credential" and is sent. What the site asks for stands in #passkey-options; when
   signing in, it is fetched at the press, from the address the form goes to. */
const form = document.querySelector("[data-passkey]");

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const known = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));

async function asked() {
  if (form.dataset.passkey !== "sign-in") {
    return JSON.parse(document.getElementById("passkey-options").textContent);
  }
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) {
    throw new Error("no options");
  }
  return answer.json();
}

async function make(options) {
  const wanted = { ...options.publicKey };
  const isEnough = form.elements.passwordless?.checked;
  wanted.challenge = bytes(wanted.challenge);
  wanted.user = { ...wanted.user, id: bytes(wanted.user.id) };
  wanted.excludeCredentials = known(wanted.excludeCredentials);
  wanted.authenticatorSelection = {
    ...wanted.authenticatorSelection,
    residentKey: isEnough ? "required" : "discouraged",
    requireResidentKey: Boolean(isEnough),
    ...(isEnough ? { userVerification: "required" } : {}),
  };
  const made = await navigator.credentials.create({ publicKey: wanted });
  return {
    ...common(made),
    response: {
      clientDataJSON: text(made.response.clientDataJSON),
      attestationObject: text(made.response.attestationObject),
      transports: made.response.getTransports?.() ?? [],
    },
  };
}

async function show(options) {
  const wanted = { ...options.publicKey };
  wanted.challenge = bytes(wanted.challenge);
  wanted.allowCredentials = known(wanted.allowCredentials);
  const shown = await navigator.credentials.get({ publicKey: wanted });
  const owner = shown.response.userHandle;
  return {
    ...common(shown),
    response: {
      clientDataJSON: text(shown.response.clientDataJSON),
      authenticatorData: text(shown.response.authenticatorData),
      signature: text(shown.response.signature),
      userHandle: owner ? text(owner) : null,
    },
  };
}

function common(credential) {
  return {
    type: credential.type,
    id: credential.id,
    rawId: text(credential.rawId),
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

async function press(button) {
  const refused = form.querySelector("[data-passkey-refused]");
  button.disabled = true;
  refused.hidden = true;
  try {
    const options = await asked();
    const answer = form.dataset.passkey === "make" ? make(options.creation_options) : show(options.request_options);
    form.elements.credential.value = JSON.stringify(await answer);
    form.submit();
  } catch {
    // Refused, left, or not possible here: the page offers another way.
    refused.hidden = false;
    button.disabled = false;
  }
}

if (form && window.PublicKeyCredential) {
  form.hidden = false;
  for (const missing of document.querySelectorAll("[data-passkey-missing]")) {
    missing.hidden = true;
  }
  const button = form.querySelector("[data-passkey-press]");
  button.addEventListener("click", () => press(button));
}
