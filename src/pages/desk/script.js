"use strict";
// The desk works without this. It groups what is typed, tells typos before anything is sent, counts the lease down, starts the
// download, and keeps a second click from being a second request.
(() => {
  const byId = (id) => document.getElementById(id);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const field = byId("code");

  // Reading codes, as src/domain/code/symbols.rs does.
  const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  const SEPARATOR = /[\s\u00ad\u200b\ufeff\-\u2010-\u2015\u2212]/;
  // What some scanners say of the symbol first (ISO/IEC 15424): `]d1`, on another keyboard `+d1`.
  const PREFIX = /^\s*[\]+]d./i;
  const plain = (text) =>
    [...text.replace(PREFIX, "")].filter((c) => !SEPARATOR.test(c)).join("")
      .toUpperCase().replace(/O/g, "0").replace(/[IL]/g, "1");
  const isCode = (symbols) => {
    let interim = 0;
    for (const symbol of symbols.slice(0, 19)) {
      interim = (interim ^ ALPHABET.indexOf(symbol)) << 1;
      if (interim & 32) interim ^= 37;
    }
    return interim === ALPHABET.indexOf(symbols[19]);
  };
  const grouped = (symbols) => symbols.replace(/(.{5})(?=.)/g, "$1-");
  const swapped = (symbols) => symbols.replace(/[YZ]/g, (c) => (c === "Y" ? "Z" : "Y"));

  // What is wrong with a text, or null.
  const typo = (text) => {
    const symbols = plain(text);
    if (symbols === "") return ["empty", {}];
    // However it is grouped: who adds a forgotten symbol in the middle has one group of six.
    if (symbols.length === 20 && [...symbols].every((c) => ALPHABET.includes(c)) && isCode(symbols)) return null;
    const groups = text.trim().split(new RegExp(SEPARATOR.source + "+")).map(plain).filter(Boolean);
    const odd = groups.findIndex((group) => group.length !== 5);
    if (groups.length === 4 && odd >= 0) return ["group", { group: odd + 1, count: groups[odd].length }];
    const foreign = [...symbols].findIndex((c) => !ALPHABET.includes(c));
    if (foreign >= 0 && symbols.length === 20) return ["character", { group: Math.floor(foreign / 5) + 1 }];
    if (symbols.length !== 20) return ["length", { count: symbols.length }];
    return [isCode(swapped(symbols)) ? "layout" : "check", {}];
  };

  const tellTypo = ([kind, values]) => {
    const words = byId("typo").dataset;
    const what = fill(words[kind], values);
    const error = byId("code-error");
    error.textContent = what;
    error.hidden = false;
    field.classList.add("invalid");
    field.setAttribute("aria-invalid", "true");
    document.querySelectorAll(".error-summary").forEach((old) => old.remove());
    const summary = document.createElement("div");
    summary.className = "error-summary";
    summary.setAttribute("role", "alert");
    summary.tabIndex = -1;
    const add = (name, text, parent = summary, id = "") => {
      const element = parent.appendChild(document.createElement(name));
      element.textContent = text;
      if (id) element.id = id;
      return element;
    };
    add("h2", words.title);
    add("a", what, add("p", "")).href = "#code";
    const citizen = add("div", "", summary, "tell-citizen");
    add("p", words.say, citizen).className = "say";
    add("q", words.citizen, add("p", "", citizen));
    const main = byId("main");
    main.prepend(summary);
    main.dataset.problem = "code-malformed";
    summary.focus();
  };

  if (field) {
    // Groups appear while one types at the end; what is pasted in groups of another length is left as it is, to be compared.
    field.addEventListener("input", (event) => {
      if (field.selectionStart !== field.value.length || /^\s*[\]+]/.test(field.value)) return;
      if (event.inputType && event.inputType.startsWith("delete")) return;
      const symbols = plain(field.value);
      const typedGroups = field.value.trim().split(/[\s-]+/);
      const regular = typedGroups.slice(0, -1).every((group) => group.length === 5);
      if (symbols.length <= 20 && (regular || typedGroups.length === 1)) field.value = grouped(symbols);
    });
    byId("enter").addEventListener("submit", (event) => {
      const wrong = typo(field.value);
      if (wrong) {
        event.preventDefault();
        event.stopImmediatePropagation();
        tellTypo(wrong);
      }
    });
    // A scanner types wherever the keyboard is: after a failure that is the summary, and the next code must not be lost.
    document.addEventListener("keydown", (event) => {
      const inField = event.target.closest("input, textarea, select");
      const isText = event.getModifierState("AltGraph") || !(event.ctrlKey || event.altKey || event.metaKey);
      if (!inField && isText && /^[\w\]+]$/.test(event.key)) {
        field.value = "";
        field.focus();
      }
    });
  }

  // An answer to a form would be sent again by a reload; this page is an empty form then, or the photo it was about.
  if (byId("main").dataset.problem) history.replaceState(null, "", location.pathname.replace(/\/settle$/, "").replace(/language$/, ""));

  for (const form of document.forms) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) return event.preventDefault();
      form.dataset.sent = "yes";
      // A request that was stopped on a slow line: whatever is sent twice is done once.
      setTimeout(() => delete form.dataset.sent, 5000);
    });
  }
  // Browsers keep a page that is left, `no-store` or not, and show it again by "back": no photo that was erased meanwhile, and no code. It
  // is emptied when it is left, and asked for anew when it is shown again.
  addEventListener("pagehide", (event) => { if (event.persisted) byId("main").replaceChildren(); });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  const lease = byId("lease");
  if (lease) {
    const end = performance.now() + Number(lease.dataset.seconds) * 1000;
    const left = lease.querySelector(".left");
    const status = byId("lease-status");
    const show = () => {
      const minutes = Math.ceil((end - performance.now()) / 60000);
      left.textContent = minutes <= 0 ? "" : "(" + fill(lease.dataset.left, { minutes }) + ")";
      if (minutes <= 2 && !lease.classList.contains("short")) {
        lease.classList.add("short");
        status.textContent = fill(lease.dataset.soon, { minutes });
      }
      // The photo must not stay on the screen; the page asks for the code then. A second later the gateway agrees.
      if (performance.now() > end + 1000) location.reload();
    };
    show();
    setInterval(show, 5000);
  }

  // Once for each photo: neither going back or reloading, nor a form that has to be filled in again, saves a second copy.
  const file = byId("file");
  if (file) {
    const tellSaved = () => {
      byId("saved").firstElementChild.hidden = false;
      file.textContent = file.dataset.again;
    };
    file.addEventListener("click", tellSaved);
    if (sessionStorage.getItem(file.pathname)) {
      tellSaved();
    } else {
      sessionStorage.setItem(file.pathname, "saved");
      file.click();
    }
  }

  // Pixel by pixel a photo is larger than its frame: what is to be looked at are the eyes.
  const pixels = byId("pixels");
  if (pixels) pixels.addEventListener("change", () => {
    const photo = byId("photo");
    const frame = photo.closest(".frame");
    const [inside, outside] = [photo, frame].map((element) => element.getBoundingClientRect());
    frame.scrollBy(
      inside.left - outside.left + inside.width * Number(photo.dataset.eyesX) - frame.clientWidth / 2,
      inside.top - outside.top + inside.height * Number(photo.dataset.eyesY) - frame.clientHeight / 2,
    );
  });

  // Whoever sets a day wants the photo kept.
  const until = byId("until");
  if (until) until.addEventListener("input", () => { byId("kept").checked = true; });

  // The self-test: what a form cannot see is written down, and examined by the gateway like the rest (src/pages/desk/scanner/scan_diagnosis/mod.rs).
  const scan = byId("scan");
  if (scan) {
    const QUICK = 100;
    let keys, first, last, silence;
    const begin = () => { keys = { before: [], after: [] }; first = last = 0; clearTimeout(silence); };
    const send = () => { clearTimeout(silence); byId("scan-form").requestSubmit(byId("examine")); };
    begin();
    scan.addEventListener("input", (event) => {
      clearTimeout(silence);
      if (scan.value === "") return begin();
      if (event.inputType !== "insertText") return void (first = last = 0);
      first = first || event.timeStamp;
      last = event.timeStamp;
      // A scanner that presses no key at the end has finished when it is silent; a hand has not.
      const pace = (last - first) / scan.value.length;
      if (scan.value.length >= 10 && pace < 40) silence = setTimeout(send, 500);
    });
    scan.addEventListener("keydown", (event) => {
      const quick = last > 0 && event.timeStamp - last < QUICK;
      const letter = event.key.toUpperCase();
      const control = event.ctrlKey && !event.altKey && ("BJM".includes(letter) || (letter === "C" && quick));
      // A person's Tab goes to the next field.
      const name = event.key === "Enter" ? "Enter" : event.key === "Tab" && quick ? "Tab" : control ? "Control+" + letter : "";
      if (!name) return;
      keys[scan.value === "" ? "before" : "after"].push(name);
      if (name === "Enter") return;
      event.preventDefault();
      clearTimeout(silence);
      if (scan.value !== "") silence = setTimeout(send, QUICK);
    });
    byId("scan-form").addEventListener("submit", () => {
      clearTimeout(silence);
      byId("before").value = keys.before.join(" ");
      byId("after").value = keys.after.join(" ");
      byId("milliseconds").value = last ? Math.round(last - first) : "";
    });
    addEventListener("pageshow", () => { scan.value = ""; begin(); });
    byId("print").hidden = false;
    byId("print").addEventListener("click", () => print());
    byId("script").textContent = byId("script").dataset.on;
    const clock = byId("clock");
    const ahead = Date.now() - Number(clock.dataset.now);
    const minutes = Math.round(Math.abs(ahead) / 60000);
    clock.textContent = fill(clock.dataset[minutes < 1 ? "right" : ahead > 0 ? "fast" : "slow"], { minutes });
    // A reload asks for the page and does not send the last scan again.
    history.replaceState(null, "", location.pathname);
  }
})();
