"use strict";
// Only a hand decides about a photo. A scanner types wherever the keyboard is, so Enter and Space act a moment later: not if a character
// follows, as in a scan; not while a scan goes on, nor soon after it. Keys alone, however slow, always act.
(() => {
  const byId = (id) => document.getElementById(id);
  // The self-test shows what a scanner sends.
  if (byId("scan")) return;

  // All in milliseconds. From key to key of the slowest scanner: for so long Enter and Space wait for the next one.
  const HOLD = 150;
  // After a character that is typed where nobody types: scanners by radio pause in the middle.
  const QUIET = 1500;
  // In a field that people type in, so many keys at this pace are a scan, or a hand that is followed by no Enter at once.
  const QUICK = 100;
  const SCAN = 6;
  const PAUSE = 500;
  // Digits of a date; a scan has more, at the pace of the slowest scanner.
  const DATE = 8;
  // After a page has opened, an Enter is the second one of a scanner that sends two.
  const UNSEEN = 300;
  // A scan that paused after its first Space; so soon no hand goes from the keyboard to the scanner.
  const UNDO = 500;

  const opened = performance.now();
  // On a page with a code field script.js puts there whatever is typed.
  const hasCodeField = byId("code") !== null;
  let held = [], timer = 0, undo = null;
  let last = -Infinity, run = 0, series = 0, scanEnd = 0, burstEnd = 0, isTouched = false, dateBefore = "";

  const isModifier = ({ key }) => ["Shift", "Control", "Alt", "AltGraph", "CapsLock", "Meta"].includes(key);
  const isCommand = (event) => !event.getModifierState("AltGraph") && (event.ctrlKey || event.altKey || event.metaKey);
  // Scanners write by dead keys and by numbers with Alt as well.
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
    // Enter in a field sends its form.
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
    // A hand that trembles, or a scanner that ends with two.
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

  // A key of a scan: takes back what its first keys have done.
  const refuse = (event) => {
    stop(event);
    drop();
    if (undo && event.timeStamp < undo.time + UNDO) undo.revert();
    undo = null;
    scanEnd = event.timeStamp + QUIET;
    tellScan();
  };

  // A character in a field that people type in.
  const write = (event) => {
    if (hasCodeField) return;
    const { target, timeStamp } = event;
    if (isDate(target) && (timeStamp < scanEnd || series > DATE || !/^[\d ./-]$/.test(event.key))) {
      target.value = dateBefore;
      return refuse(event);
    }
    if (run >= SCAN) burstEnd = timeStamp + PAUSE;
  };

  // Enter or Space on something that acts by it, and Enter in a field that people type in.
  const decide = (event, isEnter) => {
    const { target, timeStamp } = event;
    if (timeStamp < Math.max(scanEnd, burstEnd)) {
      stop(event);
      // A space goes on with the scan.
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
      // Points and strokes between the digits of a date do not make it longer.
      if (!isDate(target) || /\d/.test(key)) series += 1;
    }
    if (isDate(target) && pause >= QUIET) dateBefore = target.value;
    if (isEnter || (isSpace && !isField)) {
      // In the code field and in a note Enter is the field's own.
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
  // Browsers press a button when the key is let go; here it has been pressed, or will be.
  document.addEventListener("keyup", (event) => {
    if (event.key === " " && acts(event.target, false)) event.preventDefault();
  }, true);
  addEventListener("focusin", ({ target }) => { if (isDate(target)) dateBefore = target.value; });
  // A click decides after the keys before it.
  addEventListener("pointerdown", release, true);
})();
