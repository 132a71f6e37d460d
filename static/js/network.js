/* Says that a page is shown without a network: times on it may have changed since. */

export function markOffline() {
  const note = document.querySelector("[data-offline-note]");
  const show = () => {
    document.documentElement.classList.toggle("is-offline", !navigator.onLine);
    if (note) {
      note.hidden = navigator.onLine || document.querySelector("[data-offline-page]") !== null;
    }
  };
  show();
  window.addEventListener("online", show);
  window.addEventListener("offline", show);
}
