"use strict";
// The studio pages work without this script. The script takes several files at a time, shows each photo with its findings as soon as it is
// checked, deposits it without another choice of the file, and tries again after a failure. The server renders all cards and receipts.
(() => {
  const byId = (id) => document.getElementById(id);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const choose = byId("choose");

  // For browsers that support `autofocus` on input fields only.
  if (document.activeElement === document.body) document.querySelector("[autofocus]")?.focus();
  // Without this a reload would send the form again.
  if (/^\/studio\/(check|deposit)$/.test(location.pathname)) history.replaceState(null, "", "/studio/");
  for (const form of document.querySelectorAll("form:not(#choose)")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) return event.preventDefault();
      form.dataset.sent = "yes";
      // Allows another try if the request was stopped on a slow connection. The gateway processes a repeated request only once.
      setTimeout(() => delete form.dataset.sent, 5000);
    });
  }
  const printButton = byId("print");
  if (printButton) {
    printButton.hidden = false;
    printButton.addEventListener("click", () => print());
  }
  // Browsers keep a page after the user leaves it, even with `no-store`. A code must not reappear on "back" after its photo has ended.
  addEventListener("pagehide", (event) => { if (event.persisted && document.querySelector(".citizen-receipt")) byId("main").replaceChildren(); });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  if (!choose) return;

  const files = byId("files"), cards = byId("cards"), template = byId("waiting"), progress = byId("progress");
  const texts = template.dataset;
  let csrf = choose.elements.csrf.value;
  // The token of a page that was open for hours is not valid any more; a new page has another one.
  const renewToken = async () => {
    const answer = await fetch("/studio/").catch(() => null);
    const page = answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
    const token = page?.querySelector("#choose input[name=csrf]")?.value;
    if (token) csrf = token;
    return Boolean(token);
  };
  files.multiple = true;
  choose.querySelector(`label[for=${files.id}]`).textContent = files.dataset.several;
  byId("check").closest("p").hidden = true;

  // One request at a time: the gateway answers one photo faster than two halves, and a slow line carries one photo at a time.
  const tasks = [];
  let isRunning = false;
  const run = async () => {
    if (isRunning) return;
    isRunning = true;
    while (tasks.length) {
      const [entry, task, again] = tasks.shift();
      // A card that was removed has nothing to do, and a failure must not stop the cards behind it.
      if (entries.has(entry)) await task().catch(() => fail(entry, again, null));
    }
    isRunning = false;
  };
  // `again` queues the same step once more.
  const queue = (entry, task) => {
    const again = () => {
      entry.state = "waiting";
      queue(entry, task);
    };
    tasks.push([entry, task, again]);
    run();
  };
  const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

  // Sends a form with a photo. The result is the page that answers; `null` if the gateway was not reached.
  const send = (path, fields, file, onProgress) => new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    for (const [name, value] of Object.entries({ csrf, ...fields })) form.append(name, value);
    form.append("photo", file, "photo.jpg");
    request.open("POST", path);
    request.responseType = "document";
    request.timeout = 300000;
    request.upload.addEventListener("progress", (event) => event.lengthComputable && onProgress(event.loaded / event.total));
    request.addEventListener("load", () => resolve({
      page: request.response,
      status: request.status,
      wait: Number(request.getResponseHeader("retry-after")) || 0,
      path: new URL(request.responseURL).pathname,
    }));
    for (const failure of ["error", "timeout", "abort"]) request.addEventListener(failure, () => resolve(null));
    request.send(form);
  });

  // Everything about one file: its card, its picture, and the step it is in.
  const entries = new Set();
  const tell = (entry, words) => { entry.card.querySelector(".verdict").textContent = words; };
  const bar = (entry) => entry.card.querySelector("progress");
  // A photo whose code has ended gets a new one only by a click on its own card.
  const isReadyFor = (action) => (entry) => entry.state === "ready" && entry.action === action;
  const countUp = () => {
    const all = [...entries];
    const done = all.filter(({ state }) => state === "deposited");
    const show = (button, count) => {
      button.hidden = count < 2;
      button.textContent = fill(button.dataset.text, { count });
    };
    show(byId("deposit-all"), all.filter(isReadyFor("deposit-now")).length);
    show(byId("repeat-all"), all.filter(isReadyFor("deposit-repeat")).length);
    show(byId("print-all"), done.length);
    byId("batch").hidden = ["deposit-all", "repeat-all", "print-all"].every((id) => byId(id).hidden);
    const checked = all.filter(({ state }) => !["waiting", "checking"].includes(state)).length;
    // One photo says it on its card; screen readers hear it here.
    progress.classList.toggle("visually-hidden", all.length < 2);
    const depositing = done.length > 0 || all.some(({ state }) => state === "depositing");
    progress.textContent = depositing
      ? fill(progress.dataset.deposited, { done: done.length, total: all.length })
      : fill(progress.dataset.checked, { done: checked, total: all.length });
  };

  const replaceCard = (entry, card) => {
    card.querySelector(".file-name").hidden = false;
    card.querySelector(".file-name").textContent = entry.file.name;
    const image = card.querySelector("img");
    if (image) image.src = entry.url;
    const hadFocus = entry.card.contains(document.activeElement);
    entry.card.replaceWith(card);
    entry.card = card;
    if (hadFocus) card.querySelector(".verdict").focus();
  };

  const waitingCard = (entry, words) => {
    const card = template.content.firstElementChild.cloneNode(true);
    card.querySelector(".again").addEventListener("click", () => {
      if (entry.state === "failed") entry.again();
    });
    card.querySelector(".remove").addEventListener("click", () => {
      if (entry.state === "failed") remove(entry);
    });
    if (entry.card) replaceCard(entry, card);
    else {
      entry.card = card;
      card.querySelector(".file-name").textContent = entry.file.name;
      card.querySelector("img").src = entry.url;
    }
    tell(entry, words);
  };

  const remove = (entry) => {
    entries.delete(entry);
    entry.card.remove();
    URL.revokeObjectURL(entry.url);
    countUp();
    files.focus();
  };

  // Shows a failure in the card, with a button that tries again.
  const fail = (entry, again, answer) => {
    entry.state = "failed";
    entry.again = again;
    const problem = answer?.page?.querySelector(".error-summary");
    const isUnreadable = answer?.isUnreadable;
    if (!entry.card.querySelector("progress")) waitingCard(entry, "");
    entry.card.dataset.verdict = "failed";
    bar(entry).hidden = true;
    entry.card.querySelector(".again").closest("p").hidden = false;
    const title = isUnreadable ? texts.unreadable : answer ? texts.other : texts.offline;
    tell(entry, problem?.querySelector("h2")?.textContent ?? title);
    entry.card.querySelectorAll(".reason").forEach((old) => old.remove());
    const hint = document.createElement("p");
    hint.textContent = isUnreadable ? texts.unreadableHint : texts.hint;
    const reasons = problem ? [...problem.children].filter(({ localName }) => localName !== "h2") : [hint];
    for (const reason of reasons) {
      const copy = document.importNode(reason, true);
      copy.classList.add("reason");
      entry.card.querySelector(".file-name").after(copy);
    }
    countUp();
  };

  // Sends until the gateway has answered; a busy gateway says when to come again.
  const sendPatiently = async (entry, path, fields, words) => {
    for (let isRenewed = false;;) {
      tell(entry, texts.uploading);
      entry.card.dataset.verdict = "waiting";
      entry.card.querySelector(".again").closest("p").hidden = true;
      entry.card.querySelectorAll(".reason").forEach((old) => old.remove());
      bar(entry).hidden = false;
      bar(entry).value = 0;
      const answer = await send(path, fields, entry.file, (part) => {
        bar(entry).value = part * 100;
        if (part === 1) tell(entry, words);
      });
      // A file that was moved or changed since it was chosen looks like a broken connection.
      if (!answer && !(await entry.file.arrayBuffer().catch(() => null))) return { isUnreadable: true };
      if (answer?.page?.querySelector("main[data-problem=form-foreign]") && !isRenewed) {
        isRenewed = true;
        if (await renewToken()) continue;
      }
      if (!answer || ![409, 429, 503].includes(answer.status) || answer.wait === 0 || answer.wait > 60) return answer;
      tell(entry, fill(texts.busy, { seconds: answer.wait }));
      await pause(answer.wait);
      if (!entries.has(entry)) return answer;
    }
  };

  const startCheck = (entry) => {
    entry.state = "waiting";
    queue(entry, () => check(entry));
  };

  const check = async (entry) => {
    entry.state = "checking";
    waitingCard(entry, texts.uploading);
    const fields = { ...entry.declaration, picture: "local" };
    const answer = await sendPatiently(entry, "/studio/check", fields, texts.checking);
    if (!entries.has(entry)) return;
    const card = answer?.page?.querySelector("article.card");
    if (!card) return fail(entry, () => startCheck(entry), answer);
    // The same photo twice would be one deposit with two cards.
    const twin = [...entries].find((other) => other !== entry && other.digest === card.dataset.sha256);
    // A card that failed makes room, for example for a file that could not be read any more.
    if (twin?.state === "failed") remove(twin);
    else if (twin) {
      remove(entry);
      twin.card.querySelector(".verdict").focus();
      progress.textContent = texts.same;
      return;
    }
    entry.digest = card.dataset.sha256;
    replaceCard(entry, document.importNode(card, true));
    prepare(entry);
    countUp();
  };

  // Makes a checked card work with the file that the script has.
  const prepare = (entry) => {
    const form = entry.card.querySelector("form.deposit");
    entry.state = form ? "ready" : "refused";
    entry.action = form?.dataset.action;
    const declare = entry.card.querySelector(".declare-again");
    if (declare) {
      declare.hidden = false;
      for (const list of declare.querySelectorAll("select")) {
        list.addEventListener("change", () => {
          const [subject, exception] = ["subject", "exception"].map((name) => declare.querySelector(`select[name=${name}]`).value);
          entry.declaration = { subject, exception };
          // Nothing is deposited with a declaration before its findings are seen.
          waitingCard(entry, texts.waiting);
          startCheck(entry);
          countUp();
        });
      }
    }
    if (!form) {
      const row = template.content.querySelector(".remove").closest("p").cloneNode(true);
      row.hidden = false;
      row.querySelector(".again").remove();
      row.querySelector(".remove").addEventListener("click", () => remove(entry));
      entry.card.querySelector(".card-words").append(row);
      return;
    }
    const choice = form.querySelector(".choose-again");
    choice.remove();
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      startDeposit(entry);
    });
  };

  const startDeposit = (entry) => {
    if (entry.state !== "ready") return;
    const { elements } = entry.card.querySelector("form.deposit");
    const fields = { key: elements.key.value, sha256: elements.sha256.value, ...entry.declaration };
    waitingCard(entry, texts.waiting);
    queueDeposit(entry, fields);
  };

  const queueDeposit = (entry, fields) => {
    entry.state = "depositing";
    queue(entry, () => deposit(entry, fields));
  };

  // The key in the fields is that of the photo, so another try never makes a second code.
  const deposit = async (entry, fields) => {
    countUp();
    const answer = await sendPatiently(entry, "/studio/deposit", fields, texts.depositing);
    const receipt = answer?.page?.querySelector(".citizen-receipt");
    // A photo that has ended meanwhile is checked again, which asks whether it needs a new code.
    const isEnded = answer?.page?.querySelector("main[data-problem=photo-ended]");
    if (isEnded) return startCheck(entry);
    if (!receipt) return fail(entry, () => queueDeposit(entry, fields), answer);
    entry.state = "deposited";
    bar(entry).hidden = true;
    entry.card.dataset.verdict = "deposited";
    tell(entry, texts.deposited);
    const shown = document.importNode(receipt, true);
    // The ids are those of the page of one receipt.
    shown.removeAttribute("aria-labelledby");
    shown.querySelectorAll("[id]").forEach((element) => element.removeAttribute("id"));
    const link = document.createElement("a");
    link.className = "button";
    link.href = answer.path;
    link.textContent = texts.open;
    const row = document.createElement("p");
    row.className = "finish";
    row.append(link);
    entry.card.querySelector(".card-words").append(shown, row);
    countUp();
  };

  const add = (list) => {
    const declaration = { subject: choose.elements.subject.value, exception: choose.elements.exception.value };
    for (const file of list) {
      const entry = { file, url: URL.createObjectURL(file), declaration, state: "waiting", digest: null };
      entries.add(entry);
      waitingCard(entry, texts.waiting);
      bar(entry).hidden = true;
      cards.append(entry.card);
      startCheck(entry);
    }
    countUp();
  };

  files.addEventListener("change", () => {
    add(files.files);
    // Choosing the same file again is another event.
    files.value = "";
  });
  choose.addEventListener("submit", (event) => event.preventDefault());
  const zone = byId("drop");
  for (const name of ["dragenter", "dragover"]) {
    addEventListener(name, (event) => {
      event.preventDefault();
      zone.classList.add("over");
    });
  }
  addEventListener("dragleave", (event) => { if (!event.relatedTarget) zone.classList.remove("over"); });
  addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    droppedFiles(event.dataTransfer).then(({ found, isComplete }) => {
      add(found);
      if (isComplete && found.length) return;
      progress.textContent = isComplete ? texts.none : texts.incomplete;
      progress.classList.remove("visually-hidden");
    });
  });
  addEventListener("paste", (event) => {
    if (event.clipboardData.files.length) add(event.clipboardData.files);
  });
  for (const [id, action] of [["deposit-all", "deposit-now"], ["repeat-all", "deposit-repeat"]]) {
    byId(id).addEventListener("click", () => [...entries].filter(isReadyFor(action)).forEach(startDeposit));
  }
  byId("print-all").addEventListener("click", () => print());
  // A photo that is being deposited is safe, but its receipt would not be seen.
  addEventListener("beforeunload", (event) => {
    if ([...entries].some(({ state }) => state === "depositing")) event.preventDefault();
  });
})();
