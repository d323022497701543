// Keys whose file is not saved yet, in the browser's own store by the lookup id of their invitation, so that a reloaded page goes on
// with the key that the gateway already knows. A key can be exported, since the file contains it: until the file is saved, every page of
// this gateway's listener and every person with access to this browser profile could read it. It never leaves this computer. The page
// forgets it when the file is saved or the gateway refuses it for good; what is left of other invitations is forgotten at the next visit.
const KeyStore = (() => {
  // The latest end of an invitation after the code expires: an administrator may approve a request for a week.
  const APPROVAL = 8 * 24 * 60 * 60 * 1000;
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

  return {
    find: (lookup) => run("readonly", (store, result) => take(store.get(lookup), result)),
    // Keeps the record unless another window kept one first; returns the one that is kept.
    keep: (lookup, record) => run("readwrite", (store, result) => {
      const request = store.get(lookup);
      request.onsuccess = () => {
        result.value = request.result ?? record;
        if (!request.result) store.put(record, lookup);
      };
    }),
    forget: (lookup) => run("readwrite", (store) => store.delete(lookup)),
    // Forgets the keys of invitations that have ended.
    tidy: (now) => run("readwrite", (store) => {
      const request = store.openCursor();
      request.onsuccess = () => {
        const cursor = request.result;
        if (!cursor) return;
        if (Date.parse(cursor.value.invitation.expires_at) + APPROVAL < now) cursor.delete();
        cursor.continue();
      };
    }),
  };
})();
