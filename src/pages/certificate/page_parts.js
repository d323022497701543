// Parts of the pages that make a key: requests to the gateway, errors, and the section that hands over the file. All texts come from
// the page, see device_file_section.rs. Names and details of problems come from the server and are only ever set as text.
const PageParts = (() => {
  const byId = (id) => document.getElementById(id);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const BERLIN = "Europe/Berlin";
  const words = () => byId("device-file").dataset;

  // A failure that the person is told: the title and the details of a problem, or of a broken connection.
  const failure = (title, detail, more) => Object.assign(new Error(title), { title, detail }, more);

  // Sends a request to the listener of the page and returns the answer; throws a failure.
  const ask = async (path, options) => {
    const headers = { "Accept-Language": document.documentElement.lang, ...options?.headers };
    let answer;
    try {
      answer = await fetch(path, { cache: "no-store", redirect: "error", ...options, headers });
    } catch {
      throw failure(words().offlineTitle, words().offline, { isOffline: true });
    }
    if (answer.ok) return answer;
    const isProblem = (answer.headers.get("content-type") ?? "").startsWith("application/problem+json");
    const problem = isProblem ? await answer.json().catch(() => ({})) : {};
    const detail = problem.detail ?? fill(words().status, { status: answer.status });
    throw failure(problem.title ?? words().failedTitle, detail, { kind: problem.type, wait: Number(answer.headers.get("retry-after")) });
  };
  const text = async (path, options) => (await ask(path, options)).text();

  const clearFailure = () => document.querySelectorAll(".error-summary").forEach((old) => old.remove());
  // Shows a failure at the top of the page. It takes the focus, and screen readers read it.
  const showFailure = (error) => {
    clearFailure();
    const summary = byId("failure").content.firstElementChild.cloneNode(true);
    summary.querySelector("h2").textContent = error.title ?? words().failedTitle;
    summary.querySelector("p").textContent = error.detail ?? words().failed;
    byId("main").prepend(summary);
    summary.focus();
    return summary;
  };

  const dateOf = (time) =>
    time.toLocaleDateString(document.documentElement.lang, { timeZone: BERLIN, day: "2-digit", month: "2-digit", year: "numeric" });
  // Letters, digits and hyphens, so that every system can store it.
  const fileName = (name, end) => {
    const day = end.toLocaleDateString("sv-SE", { timeZone: BERLIN });
    return `Lichtbild-${name.normalize("NFC").replace(/[^\p{L}\p{M}\p{N}]+/gu, "-").slice(0, 64)}-${day}.p12`.replace(/-{2,}/g, "-");
  };
  // Opens the instructions for the system that the browser names. An iPad names macOS, but has a touch screen.
  const openInstructions = () => {
    const { userAgent, maxTouchPoints } = navigator;
    const isPad = /iPad|iPhone/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1);
    const system = isPad ? "ipad" : ["firefox", "android", "windows", "macintosh"].find((name) => userAgent.toLowerCase().includes(name));
    const found = document.querySelector(`details[data-system="${system}"]`);
    if (found) found.open = true;
  };

  // Packs key and certificate and shows the section with file, password and instructions. Ends when the person confirms that the
  // file is saved; until then the same file can be saved again. `authorities` are the CAs of `cacerts`; `serverAuthority` is the CA of
  // the gateway's own certificate, if the browser may not know it yet; `test` is the page that a browser with the certificate can see;
  // `saved` is called each time the person saves the file.
  const handOver = async ({ key, certificate, authorities, serverAuthority, test, saved = () => {} }) => {
    const section = byId("device-file");
    const [name, end, password] = [DeviceFile.commonName(certificate), DeviceFile.endOf(certificate), DeviceFile.makePassword()];
    const chain = [...(await DeviceFile.issuersOf(certificate, authorities)), ...(serverAuthority ? [serverAuthority] : [])];
    const friendly = fill(section.dataset.friendlyName, { name, date: dateOf(end) });
    const packed = await DeviceFile.pack(key, certificate, chain, friendly, password);

    const addresses = [];
    const offer = (link, bytes, type, file) => {
      addresses.push(URL.createObjectURL(new Blob([bytes], { type })));
      link.href = addresses.at(-1);
      link.download = file;
    };
    const file = fileName(name, end);
    offer(byId("save-file"), packed, "application/x-pkcs12", file);
    byId("save-file").addEventListener("click", saved);
    byId("file-name").textContent = file;
    byId("device-name").textContent = name;
    byId("device-end").textContent = dateOf(end);
    byId("device-end").dateTime = end.toISOString();
    byId("file-password").textContent = password;
    document.querySelectorAll(".needs-authority").forEach((part) => (part.hidden = !serverAuthority));
    if (serverAuthority) offer(byId("save-authority"), serverAuthority, "application/x-x509-ca-cert", section.dataset.authorityFile);
    byId("test-certificate").href = test;
    openInstructions();
    section.hidden = false;
    byId("device-file-title").focus();

    const copied = byId("password-copied");
    const copy = async () => {
      const isCopied = await navigator.clipboard.writeText(password).then(() => true, () => false);
      copied.textContent = copied.dataset[isCopied ? "done" : "failed"];
    };
    byId("copy-password").addEventListener("click", copy);
    const print = () => window.print();
    byId("print-password").addEventListener("click", print);
    // The browser asks before the page with the only copy of the key is closed.
    const keepOpen = (event) => event.preventDefault();
    addEventListener("beforeunload", keepOpen);

    // The only copy of the key is kept until the file was saved, by a click or by the menu of the link.
    let isSaved = false;
    for (const way of ["click", "contextmenu"]) byId("save-file").addEventListener(way, () => (isSaved = true), { once: true });
    await new Promise((done) => {
      const finish = () => {
        byId("save-first").hidden = isSaved;
        if (!isSaved) return byId("save-file").focus();
        byId("file-saved").removeEventListener("click", finish);
        done();
      };
      byId("file-saved").addEventListener("click", finish);
    });
    removeEventListener("beforeunload", keepOpen);
    byId("copy-password").removeEventListener("click", copy);
    byId("print-password").removeEventListener("click", print);
    byId("file-password").textContent = "";
    byId("save-file").removeEventListener("click", saved);
    byId("save-file").removeAttribute("href");
    addresses.forEach((address) => URL.revokeObjectURL(address));
    section.hidden = true;
    byId("device-file-done").hidden = false;
    byId("test-again").href = test;
    byId("device-file-done-title").focus();
  };

  return { byId, fill, failure, ask, text, clearFailure, showFailure, dateOf, fileName, handOver };
})();
