// Runs parts of the pages' scripts without a browser: one JSON request a line, one JSON answer a line.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const PARTS = ['frame/code_reading.js', 'certificate/der.js', 'certificate/device_file.js', 'certificate/page_parts.js', 'connect/invitation.js', 'connect/sealed_key.js'];
const source = PARTS.map((part) => readFileSync(new URL(`../../src/pages/${part}`, import.meta.url), 'utf8')).join('\n');
const NAMES = 'Codes, Der, DeviceFile, Invitation, PageParts, SealedKey';
const { Codes, Der, DeviceFile, Invitation, PageParts, SealedKey } = (0, eval)(`${source}; ({ ${NAMES} })`);

let key;
const requests = {
    // DER of all kinds of elements, in hexadecimal digits.
    der: () => [
        ...[0, 1, 127, 128, 255, 256, 65536].map(Der.integer),
        Der.integer(new Uint8Array([0, 0, 128, 1])),
        Der.objectId('1.2.840.113549.1.12.10.1.2'),
        Der.objectId('2.16.840.1.101.3.4.1.42'),
        Der.octets(new Uint8Array(128)).subarray(0, 4),
        Der.octets(new Uint8Array(256)).subarray(0, 5),
        Der.bits(new Uint8Array([1, 2])),
        Der.set(Der.integer(2), Der.integer(1), Der.nothing()),
        Der.tagged(0, Der.sequence()),
        Der.bmp('Bü€🦀'),
    ].map(DeviceFile.hex),
    // True for each text that is no whole number of elements.
    damaged: ({ texts }) => texts.map((text) => {
        try {
            Der.read(Buffer.from(text, 'hex'));
            return false;
        } catch {
            return true;
        }
    }),
    key: async () => {
        key = await DeviceFile.makeKey();
        return { fingerprint: key.fingerprint, request: await DeviceFile.request(key) };
    },
    pack: async ({ certificate, authorities, name }) => {
        const [issued] = DeviceFile.certificates(certificate);
        const all = DeviceFile.certificates(authorities);
        // The server CA comes first in the answer, and the page adds it to the file.
        const issuers = [...(await DeviceFile.issuersOf(issued, all)), all[0]];
        const password = DeviceFile.makePassword();
        const file = await DeviceFile.pack(key, issued, issuers, name, password);
        const commonNames = [issued, ...issuers].map(DeviceFile.commonName);
        return { file: DeviceFile.base64(file), password, commonNames, end: DeviceFile.endOf(issued).toISOString() };
    },
    // The places of the issuers among `authorities`; all certificates are DER in base64.
    issuers: async ({ certificate, authorities }) => {
        const all = authorities.map(DeviceFile.fromBase64);
        const found = await DeviceFile.issuersOf(DeviceFile.fromBase64(certificate), all);
        return found.map((issuer) => all.indexOf(issuer));
    },
    fileNames: ({ names }) => names.map((name) => PageParts.fileName(name, new Date('2027-11-22T23:30:00Z'))),
    invitation: async ({ code, nonce, answer }) => {
        const symbols = Codes.plain(code);
        const isProved = answer ? await Invitation.isProved(symbols, nonce, answer).catch(() => false) : null;
        return { lookup: await Invitation.lookupId(symbols), isProved };
    },
    // Seals the key of `key`; the answer has hexadecimal digits.
    seal: async ({ code, invitation }) => {
        const { iv, bytes } = await SealedKey.seal(Codes.plain(code), { key, invitation });
        return { iv: DeviceFile.hex(iv), bytes: DeviceFile.hex(bytes) };
    },
    // A request of the key that the code opens, and its invitation.
    open: async ({ code, iv, bytes }) => {
        const [sealedIv, sealed] = [iv, bytes].map((text) => new Uint8Array(Buffer.from(text, 'hex')));
        const opened = await SealedKey.open(Codes.plain(code), { iv: sealedIv, bytes: sealed });
        const { fingerprint } = opened.key;
        return { fingerprint, request: await DeviceFile.request(opened.key), invitation: opened.invitation };
    },
    codes: ({ texts }) => texts.map((text) => {
        const found = Codes.read(text);
        const symbols = Codes.plain(text);
        return found.length === 20 && !found.some(Codes.isForeign) && Codes.isCode(symbols) ? Codes.grouped(symbols) : null;
    }),
};

for await (const line of createInterface({ input: process.stdin })) {
    const { what, ...values } = JSON.parse(line);
    const answer = await Promise.resolve(requests[what](values)).catch((error) => ({ error: error.message }));
    process.stdout.write(`${JSON.stringify(answer)}\n`);
}
