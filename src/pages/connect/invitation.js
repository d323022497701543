// Finds the invitation of a code without sending the code, and checks that the gateway knows the code, as src/sealing/enrolment_proof.rs
// defines it.
const Invitation = (() => {
  const utf8 = (text) => new TextEncoder().encode(text);
  const fromHex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  // 32 bytes for this use from the secret of a code; `symbols` is the text of the code without hyphens.
  const derive = async (symbols, info) => {
    const secret = Uint8Array.from([...symbols].slice(0, 19), (symbol) => Codes.ALPHABET.indexOf(symbol));
    const source = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
    const parameters = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: utf8(info) };
    return new Uint8Array(await crypto.subtle.deriveBits(parameters, source, 256));
  };
  // Each part after its length: 64 bits, big endian.
  const withLengths = (parts) =>
    Der.bytesOf(...parts.flatMap((part) => {
      const length = new Uint8Array(8);
      new DataView(length.buffer).setUint32(4, part.length);
      return [length, part];
    }));

  const lookupId = async (symbols) => DeviceFile.hex(await derive(symbols, "lichtbild/enrolment-lookup/v1"));
  // The CA of the gateway's certificate in DER.
  const authorityOf = ({ ca }) => DeviceFile.fromBase64(ca.replace(/-----[A-Z ]+-----/g, ""));
  const isProved = async (symbols, nonce, answer) => {
    const authority = await DeviceFile.sha256(authorityOf(answer));
    const fields = ["device_id", "role", "gateway", "expires_at"].map((name) => utf8(answer[name]));
    const message = withLengths([utf8("lichtbild/enrolment-answer/v1"), fromHex(nonce), ...fields, authority]);
    const hmac = { name: "HMAC", hash: "SHA-256" };
    const key = await crypto.subtle.importKey("raw", await derive(symbols, "lichtbild/enrolment-proof/v1"), hmac, false, ["verify"]);
    return crypto.subtle.verify(hmac, key, fromHex(answer.proof), message);
  };
  const newNonce = () => DeviceFile.hex(crypto.getRandomValues(new Uint8Array(32)));

  return { derive, lookupId, authorityOf, isProved, newNonce };
})();
