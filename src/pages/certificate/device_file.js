// A device's key, its certificate request (PKCS#10, RFC 2986), and both in a PKCS#12 file (RFC 7292). The key stays in the browser.
const DeviceFile = (() => {
  const { bytesOf, sequence, set, integer, objectId, octets, bits, nothing, bmp, tagged } = Der;
  const CURVE = { name: "ECDSA", namedCurve: "P-256" };
  const ECDSA_WITH_SHA256 = sequence(objectId("1.2.840.10045.4.3.2"));
  // The signatures of CAs that a gateway can have, with the parameters of WebCrypto (RFC 5758 section 3.2, RFC 8017 appendix C).
  const SIGNATURES = [
    ["1.2.840.10045.4.3.2", { name: "ECDSA", hash: "SHA-256" }],
    ["1.2.840.10045.4.3.3", { name: "ECDSA", hash: "SHA-384" }],
    ["1.2.840.113549.1.1.11", { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }],
  ];
  // Object id, name and bytes of a number (RFC 5480 section 2.1.1.1).
  const CURVES = [["1.2.840.10045.3.1.7", "P-256", 32], ["1.3.132.0.34", "P-384", 48]];
  const DATA = "1.2.840.113549.1.7.1";
  // The password has 100 random bits, so more rounds are not needed. Each round of the MAC is a call of WebCrypto of its own.
  const ROUNDS = 10000;
  const MAC_ROUNDS = 2048;
  // Crockford's base 32, as in codes: no symbols that look alike.
  const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  const random = (length) => crypto.getRandomValues(new Uint8Array(length));
  const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const base64 = (bytes) => btoa(String.fromCharCode(...bytes));
  const fromBase64 = (text) => Uint8Array.from(atob(text.replace(/\s/g, "")), (symbol) => symbol.charCodeAt(0));

  // WebCrypto gives a signature as r and s, X.509 takes a sequence of two numbers (RFC 3279 section 2.2.3).
  const sign = async (key, bytes) => {
    const signature = new Uint8Array(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, bytes));
    const half = signature.length / 2;
    return sequence(integer(signature.subarray(0, half)), integer(signature.subarray(half)));
  };

  // A new key pair with the fingerprint as the administrator sees it too: SHA-256 of the public key, upper-case, in groups of four digits.
  const makeKey = async () => {
    const { privateKey, publicKey } = await crypto.subtle.generateKey(CURVE, true, ["sign"]);
    return keyOf(privateKey, new Uint8Array(await crypto.subtle.exportKey("spki", publicKey)));
  };
  const keyOf = async (privateKey, spki) => {
    const fingerprint = hex(await sha256(spki)).toUpperCase().replace(/(.{4})(?=.)/g, "$1 ");
    return { privateKey, spki, fingerprint };
  };
  // A key as text that JSON can hold, and back.
  const exportKey = async ({ privateKey, spki }) => {
    const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", privateKey));
    const exported = { pkcs8: base64(pkcs8), spki: base64(spki) };
    pkcs8.fill(0);
    return exported;
  };
  const importKey = async ({ pkcs8, spki }) =>
    keyOf(await crypto.subtle.importKey("pkcs8", fromBase64(pkcs8), CURVE, true, ["sign"]), fromBase64(spki));

  // A certificate request in base64. The gateway sets the subject.
  const request = async ({ privateKey, spki }) => {
    const info = sequence(integer(0), sequence(), spki, tagged(0));
    return base64(sequence(info, ECDSA_WITH_SHA256, bits(await sign(privateKey, info))));
  };

  // The certificates of a certs-only PKCS#7 message in base64 (RFC 5652), in DER.
  const certificates = (text) => {
    const [message] = Der.read(fromBase64(text));
    const content = Der.read(message.content).at(1);
    const [signed] = Der.read(content.content);
    const found = Der.read(signed.content).find(({ tag }) => tag === 0xa0);
    return Der.read(found.content).map(({ whole }) => whole);
  };

  const fields = (certificate) => {
    const [whole] = Der.read(certificate);
    const [content] = Der.read(whole.content);
    const all = Der.read(content.content).filter(({ tag }) => tag !== 0xa0);
    const [, , issuer, validity, subject, spki] = all;
    return { issuer: issuer.whole, validity: Der.read(validity.content), subject, spki: spki.whole };
  };

  // The entry of a table by the object id of a DER element; throws if there is none.
  const known = (table, { whole }) => {
    const entry = table.find(([id]) => Der.isSame(objectId(id), whole));
    if (!entry) throw new Error("an algorithm is not known");
    return entry.slice(1);
  };
  // r and s of a DER signature, as WebCrypto takes them: of `size` bytes each.
  const flat = (signature, size) => {
    const numbers = Der.read(Der.read(signature)[0].content).map(({ content }) => {
      const digits = content.subarray(content.findIndex((byte) => byte));
      return bytesOf(new Uint8Array(size - digits.length), digits);
    });
    return bytesOf(...numbers);
  };
  // True if the key of `authority` signed the certificate; throws if the kind of key or signature is not known.
  const isSignedBy = async (certificate, authority) => {
    const [info, { content: algorithm }, { content: signature }] = Der.read(Der.read(certificate)[0].content);
    const [parameters] = known(SIGNATURES, Der.read(algorithm)[0]);
    const { spki } = fields(authority);
    const isElliptic = parameters.name === "ECDSA";
    const [, curve] = Der.read(Der.read(Der.read(spki)[0].content)[0].content);
    const [namedCurve, size] = isElliptic ? known(CURVES, curve) : [];
    const key = await crypto.subtle.importKey("spki", spki, { ...parameters, namedCurve }, false, ["verify"]);
    // A BIT STRING begins with the number of unused bits.
    const bytes = isElliptic ? flat(signature.subarray(1), size) : signature.subarray(1);
    return crypto.subtle.verify(parameters, key, bytes, info.whole);
  };

  // The CAs of `authorities` that issued the certificate, by name and signature; empty if it is none of them. Some systems trust every CA
  // of an imported file, so one that only has the right name stays out, and so does one whose signature this script cannot check.
  const issuersOf = async (certificate, authorities) => {
    const { issuer } = fields(certificate);
    const named = authorities.filter((authority) => Der.isSame(fields(authority).subject.whole, issuer));
    const isIssuer = await Promise.all(named.map((authority) => isSignedBy(certificate, authority).catch(() => false)));
    return named.filter((_, at) => isIssuer[at]);
  };

  // Common name of a certificate; empty if it has none.
  const commonName = (certificate) => {
    const wanted = objectId("2.5.4.3");
    for (const { content } of Der.read(fields(certificate).subject.content)) {
      for (const attribute of Der.read(content)) {
        const [kind, value] = Der.read(attribute.content);
        if (Der.isSame(kind.whole, wanted)) return new TextDecoder().decode(value.content);
      }
    }
    return "";
  };

  // End of a certificate: UTCTime or GeneralizedTime (RFC 5280 section 4.1.2.5).
  const endOf = (certificate) => {
    const { tag, content } = fields(certificate).validity[1];
    const text = new TextDecoder().decode(content);
    const full = tag === 0x17 ? (text < "50" ? "20" : "19") + text : text;
    const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full);
    return new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  };

  const makePassword = () => {
    const symbols = [...random(20)].map((byte) => ALPHABET[byte % 32]).join("");
    return symbols.replace(/(.{5})(?=.)/g, "$1-");
  };

  // PBES2 with PBKDF2-HMAC-SHA-256 and AES-256-CBC (RFC 8018): the algorithm with its parameters, and the bytes.
  const encrypt = async (plain, password) => {
    const [salt, iv] = [random(16), random(16)];
    const source = await crypto.subtle.importKey("raw", new TextEncoder().encode(password), "PBKDF2", false, ["deriveKey"]);
    const derivation = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS };
    const key = await crypto.subtle.deriveKey(derivation, source, { name: "AES-CBC", length: 256 }, false, ["encrypt"]);
    const encrypted = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-CBC", iv }, key, plain));
    const hash = sequence(objectId("1.2.840.113549.2.9"), nothing());
    const keyAlgorithm = sequence(objectId("1.2.840.113549.1.5.12"), sequence(octets(salt), integer(ROUNDS), hash));
    const cipher = sequence(objectId("2.16.840.1.101.3.4.1.42"), octets(iv));
    return [sequence(objectId("1.2.840.113549.1.5.13"), sequence(keyAlgorithm, cipher)), encrypted];
  };

  // Key of the MAC (RFC 7292 appendix B.2 with SHA-256, whose blocks have 64 bytes).
  const macKey = async (password, salt) => {
    const filled = (bytes) => Uint8Array.from({ length: 64 * Math.ceil(bytes.length / 64) }, (_, at) => bytes[at % bytes.length]);
    const secret = bytesOf(Der.bmpBytes(password), [0, 0]);
    let key = bytesOf(new Uint8Array(64).fill(3), filled(salt), filled(secret));
    for (let round = 0; round < MAC_ROUNDS; round += 1) key = await sha256(key);
    return key;
  };

  // A PKCS#12 file with key, certificate and CAs. `name` is the friendly name of key and certificate, the CAs have their common name.
  const pack = async ({ privateKey, spki }, certificate, authorities, name, password) => {
    if (!Der.isSame(fields(certificate).spki, spki)) throw new Error("the certificate is for another key");
    const keyId = await sha256(certificate);
    const attribute = (kind, value) => sequence(objectId(kind), set(value));
    const friendlyName = (text) => attribute("1.2.840.113549.1.9.20", bmp(text));
    const own = set(friendlyName(name), attribute("1.2.840.113549.1.9.21", octets(keyId)));
    const certificateBag = (der, attributes) => {
      const value = sequence(objectId("1.2.840.113549.1.9.22.1"), tagged(0, octets(der)));
      return sequence(objectId("1.2.840.113549.1.12.10.1.3"), tagged(0, value), attributes);
    };
    const others = authorities.map((authority) => certificateBag(authority, set(friendlyName(commonName(authority)))));
    const [certificateAlgorithm, certificateBytes] =
      await encrypt(sequence(certificateBag(certificate, own), ...others), password);
    const content = sequence(objectId(DATA), certificateAlgorithm, bytesOf(Der.element(0x80, certificateBytes)));
    const encrypted = sequence(objectId("1.2.840.113549.1.7.6"), tagged(0, sequence(integer(0), content)));

    const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", privateKey));
    const [keyAlgorithm, keyBytes] = await encrypt(pkcs8, password);
    pkcs8.fill(0);
    const keyBag = sequence(objectId("1.2.840.113549.1.12.10.1.2"), tagged(0, sequence(keyAlgorithm, octets(keyBytes))), own);
    const data = (bytes) => sequence(objectId(DATA), tagged(0, octets(bytes)));
    const safe = sequence(encrypted, data(sequence(keyBag)));

    const salt = random(16);
    const hmac = { name: "HMAC", hash: "SHA-256" };
    const key = await crypto.subtle.importKey("raw", await macKey(password, salt), hmac, false, ["sign"]);
    const mac = new Uint8Array(await crypto.subtle.sign(hmac, key, safe));
    const digest = sequence(sequence(objectId("2.16.840.1.101.3.4.2.1"), nothing()), octets(mac));
    return sequence(integer(3), data(safe), sequence(digest, octets(salt), integer(MAC_ROUNDS)));
  };

  return { makeKey, exportKey, importKey, request, certificates, issuersOf, commonName, endOf, makePassword, pack, sha256, hex, base64, fromBase64 };
})();
