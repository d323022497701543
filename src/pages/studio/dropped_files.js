"use strict";
// The files of a drop; `isComplete` is false if a folder could not be read to its end. Of a folder, and of the folders in it, only JPEG
// files count: there are files of the system beside them.
const droppedFiles = async (transfer) => {
  // The items can be read during the event only.
  const items = [...transfer.items].filter(({ kind }) => kind === "file");
  const dropped = items.map((item) => ({ entry: item.webkitGetAsEntry?.(), file: item.getAsFile() }));
  const found = [];
  const visit = async (entry) => {
    if (entry.isFile) {
      if (/\.jpe?g$/i.test(entry.name)) found.push(await new Promise((resolve, reject) => entry.file(resolve, reject)));
      return;
    }
    const reader = entry.createReader();
    // A reader gives the entries of a large folder in parts, and at the end an empty one.
    for (;;) {
      const part = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!part.length) return;
      for (const inside of part.sort((one, other) => one.name.localeCompare(other.name))) await visit(inside);
    }
  };
  let isComplete = true;
  for (const { entry, file } of dropped) {
    // A single file is taken whatever it is, so that the check says what is wrong with it.
    if (entry?.isDirectory) await visit(entry).catch(() => (isComplete = false));
    else if (file) found.push(file);
  }
  return { found, isComplete };
};
