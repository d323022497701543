// Reads codes as src/domain/code does; tests/browser/code_spellings.json is the test table for both.
const Codes = (() => {
  const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  const SEPARATOR = /[\p{White_Space}\p{Dash_Punctuation}\u02d7\u2043\u2212]/u;
  const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;
  // Symbology identifier that some scanners send first (ISO/IEC 15424): `]d1`, with another keyboard layout `+d1`.
  const PREFIX = /^\s*[\]+]d[0-9=!")@]/i;
  const fullWidth = (c) => (c >= "\uff01" && c <= "\uff5e" ? String.fromCharCode(c.charCodeAt(0) - 0xfee0) : c);
  const symbolOf = (c) => c.replace(/[a-z]/, (small) => small.toUpperCase()).replace("O", "0").replace(/[IL]/, "1");
  // The symbols of a text, each with its character, its position in the text, and the number of its group as typed.
  const read = (text) => {
    const found = [];
    let group = 0, inside = false, at = (PREFIX.exec(text) ?? [""])[0].length;
    for (const character of text.slice(at)) {
      const plain = fullWidth(character);
      if (SEPARATOR.test(plain)) inside = false;
      else if (!INVISIBLE.test(plain)) {
        if (!inside) group += 1;
        inside = true;
        found.push({ symbol: symbolOf(plain), character, at, end: at + character.length, group });
      }
      at += character.length;
    }
    return found;
  };
  const plain = (text) => read(text).map(({ symbol }) => symbol).join("");
  const isForeign = ({ symbol }) => !ALPHABET.includes(symbol);
  const isCode = (symbols) => {
    let interim = 0;
    for (const symbol of symbols.slice(0, 19)) {
      interim = (interim ^ ALPHABET.indexOf(symbol)) << 1;
      if (interim & 32) interim ^= 37;
    }
    return interim === ALPHABET.indexOf(symbols[19]);
  };
  const grouped = (symbols) => symbols.replace(/(.{5})(?=.)/g, "$1-");
  return { ALPHABET, fullWidth, read, plain, isForeign, isCode, grouped };
})();
