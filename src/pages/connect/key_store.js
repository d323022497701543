// Keys whose file is not saved yet, in the browser's own store by the lookup id of their invitation, so that a reloaded page goes on
// with the key that the gateway already knows. They are sealed by the code of the invitation: other pages of this gateway's listener, and
// other persons with access to this browser profile, cannot use them without it. A key never leaves this computer. The page forgets it
// when the person confirms that the file is saved, or when the gateway refuses the key for good. What a closed page has left behind is
// forgotten at the next visit: an hour after the file was saved, otherwise when the invitation has ended.
const KeyStore = (() => {
  // The latest end of an invitation after the code expires: an administrator may approve a request for a week.
  const APPROVAL = 8 * 24 * 60 * 60 * 1000;
  // Time to save the file once more.
  const AFTER_SAVING = 60 * 60 * 1000;
  const open = () => new Promise((done, failed) => {
    const request = indexedDB.open("lichtbild-connect", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("keys");
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  // Runs `act` in one transaction; the promise ends when the transaction is stored.
  const run = async (mode, act) => {
    const database = await open();
    try {
      return await new Promise((done, failed) => {
        const transaction = database.transaction("keys", mode);
        const result = {};
        act(transaction.objectStore("keys"), result);
        transaction.oncomplete = () => done(result.value);
        transaction.onabort = () => failed(transaction.error);
      });
    } finally {
      database.close();
    }
  };
  const take = (request, result) => { request.onsuccess = () => (result.value = request.result); };

  const change = (lookup, act) => run("readwrite", (store, result) => {
    const request = store.get(lookup);
    request.onsuccess = () => act(store, request.result, result);
  });
  const forget = (lookup) => run("readwrite", (store) => store.delete(lookup));

  return {
    // The key of the code with its invitation. Bytes that the code does not open are forgotten.
    find: async (lookup, symbols) => {
      const kept = await run("readonly", (store, result) => take(store.get(lookup), result));
      return kept && SealedKey.open(symbols, kept.sealed).catch(() => forget(lookup));
    },
    // Keeps the device's key unless another window kept one first; returns the one that is kept.
    keep: async (lookup, symbols, device) => {
      const own = { sealed: await SealedKey.seal(symbols, device), until: Date.parse(device.invitation.expires_at) + APPROVAL };
      const { sealed } = await change(lookup, (store, kept, result) => {
        result.value = kept ?? own;
        if (!kept) store.put(own, lookup);
      });
      return SealedKey.open(symbols, sealed);
    },
    fileSaved: (lookup, now) => change(lookup, (store, kept) => {
      if (kept) store.put({ ...kept, until: Math.min(kept.until, now + AFTER_SAVING) }, lookup);
    }),
    forget,
    // Forgets the keys whose time has ended.
    tidy: (now) => run("readwrite", (store) => {
      const request = store.openCursor();
      request.onsuccess = () => {
        const cursor = request.result;
        if (!cursor) return;
        if (!(cursor.value.until > now)) cursor.delete();
        cursor.continue();
      };
    }),
  };
})();
