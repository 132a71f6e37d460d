/* Shows a reminder when the browser is told to. The words come encrypted for this browser
   alone; when they cannot be read it says as little as can be said. */

const PLAIN = { title: "Reminder", body: "", url: "/", tag: "reminder" };

function wordsOf(event) {
  try {
    return { ...PLAIN, ...event.data.json() };
  } catch {
    return PLAIN;
  }
}

function ours(address) {
  const url = new URL(address, self.location.origin);
  return url.origin === self.location.origin ? url.href : self.location.origin;
}

self.addEventListener("push", (event) => {
  const words = wordsOf(event);
  event.waitUntil(
    self.registration.showNotification(words.title, {
      body: words.body,
      tag: words.tag,
      data: { url: ours(words.url) },
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data.url));
});
