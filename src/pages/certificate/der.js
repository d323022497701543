// DER (X.690): as much of it as a certificate request and a PKCS#12 file need.
const Der = (() => {
  const bytesOf = (...parts) => {
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  };
  const numberBytes = (value) => {
    const digits = [];
    for (let rest = value; rest; rest = Math.floor(rest / 256)) digits.unshift(rest % 256);
    return digits;
  };
  const lengthOf = (length) => {
    const digits = numberBytes(length);
    return length < 128 ? [length] : [128 + digits.length, ...digits];
  };
  const element = (tag, ...parts) => {
    const content = bytesOf(...parts);
    return bytesOf([tag], lengthOf(content.length), content);
  };
  const sequence = (...parts) => element(0x30, ...parts);
  // The elements of a SET stand in the order of their bytes (X.690 section 11.6).
  const compare = (one, other) => {
    const length = Math.min(one.length, other.length);
    for (let at = 0; at < length; at += 1) if (one[at] !== other[at]) return one[at] - other[at];
    return one.length - other.length;
  };
  const set = (...parts) => element(0x31, ...parts.sort(compare));
  // An unsigned number: a small one, or its bytes, most significant first.
  const integer = (value) => {
    const digits = typeof value === "number" ? numberBytes(value) : [...value];
    while (digits[0] === 0) digits.shift();
    // A first bit of 1 would be a sign.
    if (!digits.length || digits[0] > 127) digits.unshift(0);
    return element(0x02, digits);
  };
  const objectId = (text) => {
    const [first, second, ...rest] = text.split(".").map(Number);
    const base128 = (arc) => {
      const digits = [arc % 128];
      for (let left = Math.floor(arc / 128); left; left = Math.floor(left / 128)) digits.unshift(128 + (left % 128));
      return digits;
    };
    return element(0x06, [40 * first + second, ...rest.flatMap(base128)]);
  };
  const bmpBytes = (text) => {
    const bytes = [];
    for (const character of text) {
      // A BMPString has no characters outside the Basic Multilingual Plane.
      const unit = character.length === 1 ? character.charCodeAt(0) : 0xfffd;
      bytes.push(unit >> 8, unit & 255);
    }
    return new Uint8Array(bytes);
  };

  // The elements of `bytes`, each with its tag, its content and its own bytes. Throws if `bytes` is not a whole number of elements.
  const read = (bytes) => {
    const found = [];
    for (let at = 0; at < bytes.length; ) {
      const begin = at;
      const tag = bytes[at];
      let length = bytes[at + 1];
      at += 2;
      if (length > 127) {
        let count = length - 128;
        if (count < 1 || count > 4) throw new Error("a DER length cannot be read");
        for (length = 0; count; count -= 1) length = length * 256 + bytes[at++];
      }
      if (!(at + length <= bytes.length)) throw new Error("a DER element ends too late");
      found.push({ tag, content: bytes.subarray(at, at + length), whole: bytes.subarray(begin, at + length) });
      at += length;
    }
    return found;
  };

  return {
    bytesOf, element, sequence, set, integer, objectId, bmpBytes, read,
    octets: (bytes) => element(0x04, bytes),
    bits: (bytes) => element(0x03, [0], bytes),
    nothing: () => element(0x05),
    bmp: (text) => element(0x1e, bmpBytes(text)),
    tagged: (number, ...parts) => element(0xa0 + number, ...parts),
    isSame: (one, other) => compare(one, other) === 0,
  };
})();
