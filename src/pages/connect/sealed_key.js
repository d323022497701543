// Seals a key with its invitation by the code of the invitation: AES-256-GCM, under a key that only the code gives. Without the code, the
// bytes that the browser keeps are of no use.
const SealedKey = (() => {
  const sealingKey = async (symbols) => {
    const derived = await Invitation.derive(symbols, "lichtbild/browser-key/v1");
    return crypto.subtle.importKey("raw", derived, "AES-GCM", false, ["encrypt", "decrypt"]);
  };
  const seal = async (symbols, { key, invitation }) => {
    const plain = new TextEncoder().encode(JSON.stringify({ key: await DeviceFile.exportKey(key), invitation }));
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const bytes = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await sealingKey(symbols), plain));
    plain.fill(0);
    return { iv, bytes };
  };
  // Throws if the code is another one or the bytes were changed.
  const open = async (symbols, { iv, bytes }) => {
    const plain = new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, await sealingKey(symbols), bytes));
    const { key, invitation } = JSON.parse(new TextDecoder().decode(plain));
    plain.fill(0);
    return { key: await DeviceFile.importKey(key), invitation };
  };

  return { seal, open };
})();
