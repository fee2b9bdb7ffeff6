// The service worker of "Unterwegs": keeps the page and what it is made of, so that it opens without a network.
// What somebody takes along is not here but in the page's own store. `kept`, `edition` and `page` are said before this runs.

const CACHE = `unterwegs-${self.edition}`;

self.addEventListener("install", (event) => {
  const keep = async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll([...self.kept, self.page].map((address) => new Request(address, { cache: "reload" })));
    await self.skipWaiting();
  };
  event.waitUntil(keep());
});

self.addEventListener("activate", (event) => {
  const clear = async () => {
    for (const name of await caches.keys()) if (name.startsWith("unterwegs-") && name !== CACHE) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(clear());
});

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== self.location.origin) return;
  if (address.pathname === self.page) event.respondWith(newest(event.request));
  else if (self.kept.includes(address.pathname)) event.respondWith(fromHere(event.request));
});

// The page itself: from the house while it answers soon and well, else as it was kept. A newer one is not put in here:
// it names scripts that come with the worker of its own edition.
async function newest(request) {
  const answer = await fetch(request, { signal: AbortSignal.timeout(4000) }).catch(() => null);
  if (answer && answer.status < 500) return answer;
  const cache = await caches.open(CACHE);
  return (await cache.match(self.page, { ignoreVary: true })) ?? answer ?? Response.error();
}

async function fromHere(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(request, { ignoreVary: true, ignoreSearch: true })) ?? fetch(request);
}
