"use strict";
// The desk works without this script. The script groups the code while it is typed, reports typos before the form is sent, shows
// the remaining lease time, starts the download, and prevents a double click from sending a form twice. key_guard.js decides
// which actions the keys of a scanner may trigger.
(() => {
  const byId = (id) => document.getElementById(id);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const field = byId("code");

  // PACE: maximum time between two keys of a scanner; QUICK: maximum time from its last key to its Enter, both in milliseconds.
  // No person types SCAN keys that fast.
  const PACE = 60;
  const QUICK = 100;
  const SCAN = 6;

  const { fullWidth, read, plain, isForeign, isCode, grouped } = Codes;
  const swapped = (symbols) => symbols.replace(/[YZ]/g, (c) => (c === "Y" ? "Z" : "Y"));
  // Characters of other keyboard layouts, and contents of other barcodes: the gateway explains them without looking up a photo.
  const isNoTypo = (found, symbols) =>
    found.some(({ character }) => !/[\p{L}\p{N}]/u.test(fullWidth(character)) || /[ßàçèé]/i.test(character)) ||
    symbols.length > 40 || /^(\d{8}|\d{12,14})$/.test(symbols);

  // The error in a text and its position; null if the gateway must check the text.
  const typo = (text) => {
    const found = read(text);
    const symbols = found.map(({ symbol }) => symbol).join("");
    const [end, isWhole] = [text.length, found.length === 20];
    if (!found.length) return { kind: "empty", from: 0, to: end };
    // Accepts any grouping: a person who adds a forgotten symbol in the middle has one group of six.
    if (isNoTypo(found, symbols) || (isWhole && !found.some(isForeign) && isCode(symbols))) return null;
    const groups = found.at(-1).group;
    const foreign = found.find(isForeign);
    if (foreign) {
      const group = groups === 4 ? foreign.group : isWhole && Math.floor(found.indexOf(foreign) / 5) + 1;
      const values = { group, character: foreign.character };
      return { kind: group ? "character" : "foreign", values, from: foreign.at, to: foreign.end };
    }
    const sizes = [1, 2, 3, 4].map((group) => found.filter((symbol) => symbol.group === group).length);
    const odd = sizes.filter((size) => size !== 5);
    if (!isWhole && groups === 4 && odd.length === 1) {
      const group = sizes.indexOf(odd[0]) + 1;
      const caret = found.findLast((symbol) => symbol.group === group).end;
      return { kind: "group", values: { group, count: odd[0] }, from: caret, to: caret };
    }
    if (!isWhole) return { kind: "length", values: { count: found.length }, from: end, to: end };
    return { kind: isCode(swapped(symbols)) ? "layout" : "check", from: end, to: end };
  };

  // True while the field shows a refused text.
  let isRefused = false;

  const tellTypo = ({ kind, values, from, to }) => {
    const words = byId("typo").dataset;
    const of = (name) => words[name + kind[0].toUpperCase() + kind.slice(1)] ?? words[name];
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
    add("h2", of("title"));
    add("a", what, add("p", "")).href = "#code";
    if (kind === "layout") add("a", words.selfTest, add("p", ""), "to-self-test").href = "/desk/self-test";
    if (kind !== "empty") {
      const citizen = add("div", "", summary, "tell-citizen");
      add("p", words.say, citizen).className = "say";
      add("q", of("citizen"), add("p", "", citizen));
    }
    isRefused = true;
    const main = byId("main");
    main.prepend(summary);
    main.dataset.problem = "code-malformed";
    // Screen readers read an alert aloud when it appears. The cursor is placed at the typo, so that the next key corrects it.
    field.focus();
    field.setSelectionRange(from, to);
  };

  const isModifier = ({ key }) => ["Shift", "Control", "Alt", "AltGraph", "CapsLock", "Meta"].includes(key);
  const isText = (event) =>
    [...event.key].length === 1 && (event.getModifierState("AltGraph") || !(event.ctrlKey || event.altKey || event.metaKey));

  if (field) {
    // Consecutive keys at the pace of a scanner. From the sixth on they count as a scan, which replaces a refused text. Other
    // text is kept, because a wireless scanner may pause in the middle.
    let pace = "", last = 0;
    // Everything typed into the field since it was empty.
    let typed = "";
    isRefused = field.value !== "";
    document.addEventListener("keydown", (event) => {
      if (isModifier(event)) return;
      const isNext = event.timeStamp - last < PACE && !event.repeat;
      last = event.timeStamp;
      if (!isText(event)) return void (pace = "");
      // A scanner types into whatever has the focus. After a failure that is the error summary, and the next code must not be
      // lost.
      const inField = event.target.closest("input, textarea, select");
      if (!inField && event.key !== " ") field.focus();
      if (document.activeElement !== field) return void (pace = "");
      pace = isNext ? pace + event.key : event.key;
      typed = field.value === "" ? event.key : typed + event.key;
      if (isRefused && pace.length === SCAN) {
        isRefused = false;
        typed = pace;
        field.value = pace.slice(0, -1);
        field.setSelectionRange(field.value.length, field.value.length);
      }
    });
    // A complete pasted code replaces the existing text.
    field.addEventListener("paste", (event) => {
      if (read(event.clipboardData.getData("text")).length >= 20) field.select();
    });
    // Formats groups while the user types at the end. Pasted text with other groups stays unchanged, so that the user can compare
    // it.
    field.addEventListener("input", (event) => {
      if (field.selectionStart !== field.value.length || /^\s*[\]+]/.test(field.value)) return;
      if (event.inputType && event.inputType.startsWith("delete")) return;
      const found = read(field.value);
      if (found.some(isForeign)) {
        // The gateway would attribute hyphens that this script inserted to the scanner.
        const symbols = plain(field.value);
        if (isNoTypo(found, symbols) && plain(typed) === symbols) field.value = typed;
        return;
      }
      // All groups except the last one are complete.
      const last = found.length && found.at(-1).group;
      const isRegular = found.every(({ group }, place) => group === Math.min(Math.floor(place / 5) + 1, last));
      if (found.length <= 20 && isRegular) field.value = grouped(plain(field.value));
    });
    byId("enter").addEventListener("submit", (event) => {
      const wrong = typo(field.value);
      if (wrong) {
        event.preventDefault();
        event.stopImmediatePropagation();
        tellTypo(wrong);
      }
    });
  }
  // For browsers that support `autofocus` on input fields only.
  if (document.activeElement === document.body) document.querySelector("[autofocus]")?.focus();

  // Without this a reload would send the form again; now it opens the empty form, or the page of the photo.
  if (byId("main").dataset.problem) history.replaceState(null, "", location.pathname.replace(/\/settle$/, "").replace(/language$/, ""));

  for (const form of document.forms) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) return event.preventDefault();
      form.dataset.sent = "yes";
      // Allows another try if the request was stopped on a slow connection. The gateway processes a repeated request only once.
      setTimeout(() => delete form.dataset.sent, 5000);
    });
  }
  // Browsers keep a page after the user leaves it, even with `no-store`, and show it again on "back". An erased photo or a code
  // must not reappear, so the page is emptied when the user leaves it and reloaded when it is shown again.
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
      // The photo must not stay on the screen after the lease; the reloaded page asks for the code. One second later the lease
      // has ended at the gateway too.
      if (performance.now() > end + 1000) location.reload();
    };
    show();
    setInterval(show, 5000);
  }

  // Saves each photo once: going back, reloading, or correcting a form does not save a second copy.
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

  // At full resolution a photo is larger than its frame, so the frame scrolls to the eyes.
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

  // A person who sets a day wants to keep the photo.
  const until = byId("until");
  if (until) until.addEventListener("input", () => { byId("kept").checked = true; });

  // Self-test: records the keys that a form does not contain and sends them to the gateway for the diagnosis
  // (src/pages/desk/scanner/scan_diagnosis).
  const scan = byId("scan");
  if (scan) {
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
      // A scanner without a final key has finished when no key follows; a person may still be typing.
      const pace = (last - first) / scan.value.length;
      if (scan.value.length >= 10 && pace < 40) silence = setTimeout(send, 500);
    });
    scan.addEventListener("keydown", (event) => {
      const quick = last > 0 && event.timeStamp - last < QUICK;
      const letter = event.key.toUpperCase();
      const control = event.ctrlKey && !event.altKey && ("BJM".includes(letter) || (letter === "C" && quick));
      // A slow Tab comes from a person and moves to the next field.
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
    // After this, a reload opens the page and does not send the last scan again.
    history.replaceState(null, "", location.pathname);
  }
})();
