// Connects this browser: reads the code of an invitation, makes a key, has it certified, and hands over key and certificate in a file.
(() => {
  const { byId, fill, failure, ask, text, clearFailure, showFailure, handOver } = PageParts;
  const form = byId("enter");
  if (!form) return;
  const words = form.dataset;
  const [field, error, progress] = [byId("code"), byId("code-error"), byId("progress")];
  const SECTIONS = ["start", "confirm", "pending"];
  // The gateway accepts at most one request a minute while an administrator decides.
  const LEAST_WAIT = 5;
  // Problems of an invitation that gives no certificate any more.
  const ENDED = ["expired", "spent", "exhausted", "withdrawn"].map((end) => `enrolment-code-${end}`);

  const show = (name) => {
    SECTIONS.forEach((section) => (byId(section).hidden = section !== name));
    const title = name && byId(name).querySelector("h2");
    if (title) title.focus();
  };
  const report = (message) => (progress.textContent = message ?? "");

  // The error in a code, by the name of its text; null if there is none.
  const typo = (found) => {
    if (!found.length) return "empty";
    if (found.some(Codes.isForeign)) return "character";
    if (found.length !== 20) return "length";
    return Codes.isCode(found.map(({ symbol }) => symbol).join("")) ? null : "check";
  };
  const showTypo = (kind, found) => {
    const character = found.find(Codes.isForeign)?.character;
    error.textContent = kind ? fill(words[kind], { count: found.length, character }) : "";
    error.hidden = !kind;
    field.classList.toggle("invalid", Boolean(kind));
    if (kind) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  };

  // The invitation of the code with its key: kept ones first, otherwise as the gateway proves it.
  const look = async (symbols) => {
    const lookup = await Invitation.lookupId(symbols);
    const kept = await KeyStore.find(lookup, symbols).catch(() => undefined);
    if (kept) return { lookup, ...kept };
    const nonce = Invitation.newNonce();
    const options = { method: "POST", credentials: "omit", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ lookup, nonce }) };
    const invitation = await (await ask("/v1/invitations/lookup", options)).json();
    const isProved = await Invitation.isProved(symbols, nonce, invitation).catch(() => false);
    if (!isProved || !/^https:/.test(invitation.gateway)) throw failure(words.foreignTitle, words.foreign);
    return { lookup, invitation };
  };

  const confirmed = (invitation) => {
    byId("party-name").textContent = invitation.party.name;
    byId("party-place").textContent = invitation.party.place;
    byId("party-role").textContent = words[invitation.role];
    byId("gateway").textContent = invitation.gateway;
    const end = new Date(invitation.expires_at);
    byId("invitation-end").dateTime = invitation.expires_at;
    byId("invitation-end").textContent = end.toLocaleString(document.documentElement.lang, { timeZone: "Europe/Berlin", dateStyle: "medium", timeStyle: "short" });
    show("confirm");
    return new Promise((done) => {
      byId("accept").onclick = () => done(true);
      byId("decline").onclick = () => done(false);
    });
  };

  // Makes the key and keeps it before anything is sent.
  const withKey = async (symbols, { lookup, invitation }) => {
    const made = { key: await DeviceFile.makeKey(), invitation };
    const kept = await KeyStore.keep(lookup, symbols, made).catch(() => null);
    byId("not-kept").hidden = Boolean(kept);
    return { lookup, ...(kept ?? made) };
  };

  // One request; the certificate in DER, or the seconds until the next one.
  const enrol = async (symbols, { key, invitation }) => {
    const credentials = btoa(`${invitation.device_id}:${Codes.grouped(symbols)}`);
    const headers = { "Content-Type": "application/pkcs10", Authorization: `Basic ${credentials}` };
    const body = await DeviceFile.request(key);
    const answer = await ask("/.well-known/est/simpleenroll", { method: "POST", credentials: "omit", headers, body });
    if (answer.status !== 202) return { certificate: DeviceFile.certificates(await answer.text())[0] };
    const { fingerprint, retry_after: wait } = await answer.json();
    if (fingerprint !== key.fingerprint) throw failure(words.foreignTitle, words.foreign);
    return { wait: Math.max(Number(wait) || 0, LEAST_WAIT) };
  };

  // Counts down visibly; ends earlier when the person asks for it.
  const pause = (seconds) => new Promise((done) => {
    const until = Date.now() + seconds * 1000;
    const count = () => {
      const left = Math.ceil((until - Date.now()) / 1000);
      if (left <= 0) return finish();
      byId("next-check").textContent = fill(words.nextCheck, { seconds: left });
    };
    const finish = () => {
      clearInterval(timer);
      byId("next-check").textContent = "";
      done();
    };
    const timer = setInterval(count, 1000);
    byId("check-now").onclick = finish;
    count();
  });

  // Repeats the request until the administrator has decided. Only a broken connection or a busy gateway is worth another try.
  const certify = async (symbols, device) => {
    byId("key-fingerprint").textContent = device.key.fingerprint;
    byId("waiting-fingerprint").textContent = device.key.fingerprint;
    byId("key").hidden = false;
    for (let isWaiting = false; ; ) {
      let wait;
      try {
        report(words.busy);
        const answer = await enrol(symbols, device);
        if (answer.certificate) return answer.certificate;
        clearFailure();
        wait = answer.wait;
      } catch (error) {
        if (!isWaiting || !(error.isOffline || error.wait)) throw error;
        showFailure(error);
        wait = error.wait || 60;
      } finally {
        report();
      }
      byId("key").hidden = true;
      if (!isWaiting) show("pending");
      isWaiting = true;
      await pause(wait);
    }
  };

  const connect = async (symbols) => {
    report(words.busy);
    let device = await look(symbols);
    report();
    if (!device.key) {
      if (!(await confirmed(device.invitation))) {
        show("start");
        return void field.focus();
      }
      show(null);
      report(words.busy);
      device = await withKey(symbols, device);
    }
    const certificate = await certify(symbols, device).catch(async (refused) => {
      // The gateway certifies this key no more, so nothing is lost with it.
      if (ENDED.includes(refused.kind)) await KeyStore.forget(device.lookup).catch(() => {});
      throw refused;
    });
    const authorities = DeviceFile.certificates(await text("/.well-known/est/cacerts", { credentials: "omit" }));
    show(null);
    // The field must not keep the code when the page is left open.
    field.value = "";
    const { key, invitation } = device;
    const test = new URL(invitation.role === "office" ? words.officeTest : words.studioTest, invitation.gateway).href;
    const saved = () => KeyStore.fileSaved(device.lookup, Date.now()).catch(() => {});
    await handOver({ key, certificate, authorities, serverAuthority: Invitation.authorityOf(invitation), test, saved });
    byId("key").hidden = true;
    await KeyStore.forget(device.lookup).catch(() => {});
  };

  let isBusy = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isBusy) return;
    clearFailure();
    const found = Codes.read(field.value);
    const kind = typo(found);
    showTypo(kind, found);
    if (kind) return void field.focus();
    isBusy = true;
    try {
      await connect(found.map(({ symbol }) => symbol).join(""));
    } catch (error) {
      report();
      byId("key").hidden = true;
      show("start");
      showFailure(error);
    } finally {
      isBusy = false;
    }
  });

  byId("address").querySelector("code").textContent = location.origin;
  // Without this script none of them is of use.
  ["address", "compare", "enter"].map(byId).filter(Boolean).forEach((part) => (part.hidden = false));
  KeyStore.tidy(Date.now()).catch(() => {});
})();
