/* "Notify me in this browser" on the page of one's own place. Without this the button stays hidden. */

function keyFrom(text) {
  const padded = text.replace(/-/g, "+").replace(/_/g, "/").padEnd(Math.ceil(text.length / 4) * 4, "=");
  return Uint8Array.from(atob(padded), (letter) => letter.charCodeAt(0));
}

async function subscribe(key) {
  const registration = await navigator.serviceWorker.register("/notify.js", { scope: "/" });
  const there = await registration.pushManager.getSubscription();
  return there ?? registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: keyFrom(key) });
}

function offerNotifications() {
  const form = document.querySelector("[data-notify]");
  const key = document.querySelector("[data-push-key]")?.dataset.pushKey;
  if (!form || !key || !("serviceWorker" in navigator) || !("PushManager" in window)) {
    return;
  }
  const status = form.querySelector("[data-notify-status]");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    if (form.elements.subscription.value) {
      return;
    }
    event.preventDefault();
    try {
      if ((await Notification.requestPermission()) !== "granted") {
        throw new Error("refused");
      }
      form.elements.subscription.value = JSON.stringify(await subscribe(key));
      form.requestSubmit(form.querySelector("button"));
    } catch {
      status.textContent = status.dataset.refused;
    }
  });
}

offerNotifications();
