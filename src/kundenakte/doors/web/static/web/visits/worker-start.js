// Starts the worker that keeps the page for the time without a network. Without one the page works, but only with a network.

export async function start(address, scope) {
  if (!("serviceWorker" in navigator)) return false;
  try {
    await navigator.serviceWorker.register(address, { scope });
    await navigator.serviceWorker.ready;
    return true;
  } catch {
    return false;
  }
}
