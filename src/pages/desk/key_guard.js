"use strict";
// Only a person may decide about a photo. A scanner types into whatever has the focus, so Enter and Space take effect after a
// short delay. They have no effect if a character follows, as in a scan, or during a scan and shortly after it. Pressed alone,
// Enter and Space always take effect, at any speed.
(() => {
  const byId = (id) => document.getElementById(id);
  // The self-test must receive all keys of a scanner.
  if (byId("scan")) return;

  // All times are in milliseconds. Maximum time between two keys of the slowest scanner; Enter and Space wait this long for the
  // next key.
  const HOLD = 150;
  // Time that Enter and Space are ignored after a character outside a text field, because wireless scanners pause in the middle.
  const QUIET = 1500;
  // In a text field, SCAN keys at the pace QUICK are a scan, or a person who does not press Enter within PAUSE.
  const QUICK = 100;
  const SCAN = 6;
  const PAUSE = 500;
  // Digits of a date; a scan has more digits at the pace of the slowest scanner.
  const DATE = 8;
  // Time after the page has opened in which an Enter is ignored, because some scanners send two.
  const UNSEEN = 300;
  // Time in which a scan that paused after its first Space is undone; a person cannot move from the keyboard to the scanner that
  // fast.
  const UNDO = 500;

  const opened = performance.now();
  // On a page with a code field, script.js sends all typed characters to that field.
  const hasCodeField = byId("code") !== null;
  let held = [], timer = 0, undo = null;
  let last = -Infinity, run = 0, series = 0, scanEnd = 0, burstEnd = 0, isTouched = false, dateBefore = "";

  const isModifier = ({ key }) => ["Shift", "Control", "Alt", "AltGraph", "CapsLock", "Meta"].includes(key);
  const isCommand = (event) => !event.getModifierState("AltGraph") && (event.ctrlKey || event.altKey || event.metaKey);
  // Scanners also send dead keys, and Alt with digits.
  const isText = (event) =>
    ([...event.key].length === 1 && !isCommand(event)) || ["Dead", "Process"].includes(event.key) || (event.altKey && /^\d$/.test(event.key));
  const isWritten = (target) => target.matches("textarea, input:not([type=checkbox], [type=radio])");
  const isDate = (target) => target.matches("input[type=date]");
  const acts = (target, isEnter) =>
    target.matches(isEnter ? "a[href], button, summary, input" : "button, summary, input[type=checkbox], input[type=radio]");

  const stop = (event) => {
    event.preventDefault();
    event.stopPropagation();
  };

  const choose = (target, time) => {
    const { name, form, checked } = target;
    const before = [...document.querySelectorAll("input[type=radio]:checked")].find((other) => other.name === name && other.form === form);
    undo = {
      time,
      revert: () => {
        target.checked = target.type === "checkbox" && checked;
        if (before) before.checked = true;
        target.dispatchEvent(new Event("change", { bubbles: true }));
      },
    };
    target.click();
  };

  const act = ({ target, isEnter, time }) => {
    if (!isEnter && target.matches("input")) return choose(target, time);
    // Enter in a field submits its form.
    if (target.matches("input")) target = [...(target.form?.elements ?? [])].find(({ type }) => type === "submit");
    target?.click();
  };
  const drop = () => {
    clearTimeout(timer);
    held = [];
  };
  const release = () => {
    const keys = held;
    drop();
    keys.forEach(act);
  };
  const hold = (key) => {
    // Ignores repeated presses, from a trembling hand or from a scanner that sends two Enters.
    if (!held.some(({ target, isEnter }) => target === key.target && isEnter === key.isEnter)) held.push(key);
    clearTimeout(timer);
    timer = setTimeout(release, HOLD);
  };

  const tellScan = () => {
    const status = byId("lease-status");
    if (!status) return;
    status.textContent = status.dataset.scanned;
    status.classList.remove("visually-hidden");
  };

  // Handles a key of a scan and undoes the effect of the scan's first keys.
  const refuse = (event) => {
    stop(event);
    drop();
    if (undo && event.timeStamp < undo.time + UNDO) undo.revert();
    undo = null;
    scanEnd = event.timeStamp + QUIET;
    tellScan();
  };

  // Handles a character in a text field.
  const write = (event) => {
    if (hasCodeField) return;
    const { target, timeStamp } = event;
    if (isDate(target) && (timeStamp < scanEnd || series > DATE || !/^[\d ./-]$/.test(event.key))) {
      target.value = dateBefore;
      return refuse(event);
    }
    if (run >= SCAN) burstEnd = timeStamp + PAUSE;
  };

  // Handles Enter or Space on a control that reacts to it, and Enter in a text field.
  const decide = (event, isEnter) => {
    const { target, timeStamp } = event;
    if (timeStamp < Math.max(scanEnd, burstEnd)) {
      stop(event);
      // A Space continues the scan.
      if (!isEnter && timeStamp < scanEnd) scanEnd = timeStamp + QUIET;
      return tellScan();
    }
    if (event.repeat || (isEnter && !isTouched && !hasCodeField && timeStamp < opened + UNSEEN)) return stop(event);
    if (isCommand(event) || !acts(target, isEnter)) return;
    stop(event);
    hold({ target, isEnter, time: timeStamp });
  };

  document.addEventListener("keydown", (event) => {
    if (isModifier(event)) return;
    const { target, key, timeStamp } = event;
    const [isEnter, isSpace, isField] = [key === "Enter", key === " ", isWritten(target)];
    const pause = timeStamp - last;
    last = timeStamp;
    if (isText(event)) {
      run = pause < QUICK ? run + 1 : 1;
      if (pause >= HOLD) series = 0;
      // Dots and dashes between the digits of a date do not count.
      if (!isDate(target) || /\d/.test(key)) series += 1;
    }
    if (isDate(target) && pause >= QUIET) dateBefore = target.value;
    if (isEnter || (isSpace && !isField)) {
      // In the code field and in a note, Enter keeps its normal effect.
      const isOwn = target.matches("textarea") || (hasCodeField && isField);
      if (!isOwn) decide(event, isEnter);
    } else if (!isText(event)) {
      if (key === "Escape") drop();
      else release();
    } else if (isField) {
      write(event);
    } else if (hasCodeField) {
      drop();
    } else {
      refuse(event);
    }
    isTouched ||= !isEnter;
  }, true);
  // Browsers press a button when Space is released; `decide` has already handled the key.
  document.addEventListener("keyup", (event) => {
    if (event.key === " " && acts(event.target, false)) event.preventDefault();
  }, true);
  addEventListener("focusin", ({ target }) => { if (isDate(target)) dateBefore = target.value; });
  // A click takes effect after the keys before it.
  addEventListener("pointerdown", release, true);
})();
